"""Masks of other tools, read in a process of its own: what it finds, and what it says of files that do not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from masklet.media.masks_out import write_masklets
from masklet.media.rle import encode_mask
from masklet.values import Masklet
from tests.app.client import mask_of, zip_of
from tests.session import drawn

MASK = drawn.truth(drawn.draw(2), drawn.BLUE)
SIZE = (drawn.HEIGHT, drawn.WIDTH)


def read(path: Path, memory: int = 4 << 30) -> dict[str, Any]:
    """What the process says of a file, for a video of 3 frames."""
    words = [str(path), str(drawn.HEIGHT), str(drawn.WIDTH), "3", str(memory)]
    ran = subprocess.run(
        [sys.executable, "-m", "masklet.app.bring_process", *words], capture_output=True, timeout=60, check=True
    )
    return json.loads(ran.stdout)


def png(mask: np.ndarray) -> bytes:
    return cv2.imencode(".png", mask)[1].tobytes()


def test_a_folder_per_object_and_a_picture_per_frame(tmp_path: Path) -> None:
    grey, labels = MASK.astype(np.uint8) * 255, MASK.astype(np.uint8)  # 0 and 255, or 0 and 1
    members = {
        "m/car/00002.png": png(grey),
        "m/dog/1.png": png(labels),
        "m/car/00003.png": png(grey),
        "notes.txt": b"x",
    }
    (tmp_path / "a").write_bytes(zip_of(**members))
    objects = read(tmp_path / "a")["objects"]
    assert {name: list(frames) for name, frames in objects.items()} == {"car": ["2"], "dog": ["1"]}  # 3 is past the end
    assert np.array_equal(mask_of(objects["car"]["2"]), MASK)
    assert np.array_equal(mask_of(objects["dog"]["1"]), MASK)


def test_sav_with_its_scores(tmp_path: Path) -> None:
    held = Masklet("car", SIZE, {0: encode_mask(MASK), 2: encode_mask(~MASK)}, {0: 0.5, 2: 0.25}, {0: 1.0, 2: 0.75})
    write_masklets(tmp_path / "a.json", "clip", SIZE, 25, [held])
    frames = read(tmp_path / "a.json")["objects"]["car"]
    assert (frames["2"]["score"], frames["2"]["presence"]) == (0.25, 0.75)
    assert np.array_equal(mask_of(frames["2"]), ~MASK)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{}", "neither SA-V's (video_id, masklet) nor COCO's (images, annotations)"),
        (b"[" * 100_000, "nested too deeply"),
        (zip_of(**{"notes.txt": b"x"}), "no masks: no PNGs"),
        (zip_of(**{"car/00003.png": png(MASK.astype(np.uint8))}), "no mask of this video's frames"),
        (zip_of(**{"car/00000.png": png(np.zeros((5, 5), np.uint8))}), "5x5 pixels, the video 160x120"),
        (zip_of(**{f"car{n}/0.png": png(MASK.astype(np.uint8)) for n in range(65)}), "more than 64 objects"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "a").write_bytes(data)
    assert told in read(tmp_path / "a")["problem"]
