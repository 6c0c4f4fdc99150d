"""The process that writes what is taken away: a line of JSON per step, and one at the end that says how it went."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from masklet.app.answers import to_json
from masklet.media.masks_out import read_masklets
from masklet.values import ObjectFrame
from tests.session import drawn


@pytest.fixture
def request_(tmp_path: Path, clip: bytes) -> dict[str, Any]:
    (tmp_path / "clip.mp4").write_bytes(clip)
    mask = to_json(ObjectFrame(drawn.truth(drawn.draw(1), drawn.RED), 0.75, 1.0))
    return {
        "what": "sav", "title": "two shapes.mp4", "source": str(tmp_path / "clip.mp4"), "out": str(tmp_path / "out"),
        "objects": {"o1": {"name": "red", "colour": "#ff0000"}}, "shown": {"1": {"o1": mask}},
        "memory": 4 << 30, "max_bytes": 1 << 30,
    }  # fmt: skip


def lines(folder: Path, request: dict[str, Any]) -> list[dict[str, Any]]:
    (folder / "request.json").write_text(json.dumps(request))
    command = [sys.executable, "-m", "masklet.app.export_process", str(folder / "request.json")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_steps_and_then_that_it_is_written(tmp_path: Path, request_: dict[str, Any]) -> None:
    assert lines(tmp_path, request_) == [{"written": True}]
    (one,) = read_masklets(tmp_path / "out").masklets
    assert (one.name, list(one.scores)) == ("red", [1])
    told = lines(tmp_path, {**request_, "what": "effect", "form": "mp4", "look": {"effect": "grey"}})
    assert told == [*({"done": number, "total": 12} for number in range(1, 13)), {"written": True}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "out", "request.json"]


def test_what_goes_wrong_is_one_line_without_paths(tmp_path: Path, request_: dict[str, Any]) -> None:
    (mp4,) = lines(tmp_path, {**request_, "what": "effect", "look": {"effect": "cutout"}})
    assert "mp4 holds no transparency" in mp4["problem"]
    (empty,) = lines(tmp_path, {**request_, "what": "coco", "shown": {}})
    assert "no mask to take away" in empty["problem"]
    (tmp_path / "clip.mp4").write_bytes(b"nothing")
    (broken,) = lines(tmp_path, request_)
    assert "the file" in broken["problem"]
    assert str(tmp_path) not in broken["problem"]
