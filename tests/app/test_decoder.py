"""The decoding process, spoken to over its pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from masklet.media.frames import open_frames
from tests.app.client import clip_bytes
from tests.session import drawn


def answers(path: Path, *requests: dict[str, Any], max_pixels: int = 1 << 20) -> list[tuple[dict[str, Any], bytes]]:
    """All answers with the bytes that follow them; the process ends by itself when no more is asked."""
    command = [sys.executable, "-m", "masklet.app.decoder", str(4 << 30), str(max_pixels)]
    asked = "".join(json.dumps(one) + "\n" for one in ({"op": "file", "path": str(path)}, *requests)).encode()
    rest = subprocess.run(command, input=asked, capture_output=True, timeout=60, check=True).stdout
    found = []
    while rest:
        line, rest = rest.split(b"\n", 1)
        told = json.loads(line)
        found.append((told, rest[: told["bytes"]]))
        rest = rest[told["bytes"] :]
    return found


def test_what_a_file_is_its_frames_and_frames_that_are_not_there(tmp_path: Path) -> None:
    clip_bytes(tmp_path, 5)
    frame = {"op": "frame", "index": 3}
    told = answers(tmp_path / "clip.mp4", {"op": "open"}, frame, {**frame, "width": 80}, {**frame, "index": 9})
    about, pixels, jpeg, missing = told
    assert (about[0]["width"], about[0]["height"], about[0]["frames"]) == (drawn.WIDTH, drawn.HEIGHT, 5)
    with open_frames(tmp_path / "clip.mp4") as plain:
        assert about[0]["times"] == list(plain.times)
        assert pixels[1] == plain[3].tobytes()
    small = cv2.imdecode(np.frombuffer(jpeg[1], np.uint8), cv2.IMREAD_COLOR)
    assert small.shape == (60, 80, 3)
    assert "5 frames" in missing[0]["missing"]
    assert missing[0]["frames"] == 5


def test_what_cannot_be_opened_is_told_without_its_path_each_time(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"#!/bin/sh\n")
    told = answers(tmp_path / "x", {"op": "open"}, {"op": "frame", "index": 0})
    assert len(told) == 2
    for about, payload in told:
        assert str(tmp_path) not in about["error"]
        assert payload == b""
    clip_bytes(tmp_path, 2)
    assert (
        "160x120 pixels, and 100 are allowed"
        in answers(tmp_path / "clip.mp4", {"op": "open"}, max_pixels=100)[0][0]["error"]
    )
