"""Zips of masks: label maps, YOLO's outlines, a JSON inside, and hostile ones. Masks per object: test_bring_process."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from masklet.app.bring_found import Found
from masklet.app.bring_zip import read_zip
from masklet.data.sets.label_maps import palette_png
from masklet.errors import InputError
from tests.app.client import mask_of, zip_of
from tests.session import drawn

SIZE = (drawn.HEIGHT, drawn.WIDTH)
RED, BLUE = (drawn.truth(drawn.draw(2), colour) for colour in (drawn.RED, drawn.BLUE))


def read(folder: Path, members: dict[str, bytes], frames: int = 5) -> dict[str, dict[int, dict[str, Any]]]:
    (folder / "a").write_bytes(zip_of(**members))
    found = Found(SIZE, frames)
    try:
        read_zip(folder / "a", found)
    finally:
        assert [path.name for path in folder.iterdir()] == ["a"]  # nothing is left behind
    return found.told()


def test_davis_with_an_object_that_goes_away(tmp_path: Path) -> None:
    both = palette_png((RED * 1 + BLUE * 2).astype(np.uint16))
    void = (RED * 1 + BLUE * 255).astype(np.uint16)
    place = "DAVIS/Annotations/480p/walk"
    members = {f"{place}/00000.png": both, f"{place}/00004.png": palette_png(void), "JPEGImages/480p/walk/0.png": b""}
    told = read(tmp_path, members)
    assert list(told) == ["walk 1", "walk 2"]
    assert np.array_equal(mask_of(told["walk 2"][0]), BLUE)
    assert np.array_equal(mask_of(told["walk 1"][4]), RED)
    assert (told["walk 2"][4]["presence"], mask_of(told["walk 2"][4]).any()) == (0.0, False)


def test_a_mask_in_colours_is_what_is_bright(tmp_path: Path) -> None:
    held = io.BytesIO()
    Image.fromarray(np.where(RED[..., None], (250, 200, 3), (9, 3, 60)).astype(np.uint8)).save(held, "PNG")
    assert np.array_equal(mask_of(read(tmp_path, {"ball/3.png": held.getvalue()})["ball"][3]), RED)


def test_yolos_outlines_and_names(tmp_path: Path) -> None:
    square = b"1 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5\n\n0 0.1 0.1 0.2 0.1 0.2 0.2\n"
    for listed in (b"nc: 2\nnames: ['a cat', dog]\n", b'names:\n  0: "a cat"\n  1: dog\n', b"names:\n- a cat\n- dog\n"):
        told = read(tmp_path, {"labels/train/f_00002.txt": square, "data.yaml": listed})
        assert {name: list(held) for name, held in told.items()} == {"dog": [2], "a cat": [2]}
    wanted = np.zeros(SIZE, bool)
    wanted[30:60, 40:80] = True
    assert (mask_of(told["dog"][2]) != wanted).sum() < 0.06 * wanted.sum()
    assert list(read(tmp_path, {"labels/2.txt": b"3 0.1 0.1 0.2 0.1 0.2 0.2"})) == ["class 3"]


def test_a_json_inside(tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "00003.jpg", "width": SIZE[1], "height": SIZE[0]}
    row = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[4, 3, 8, 3, 8, 6]]}
    held = {"images": [image], "annotations": [row], "categories": [{"id": 1, "name": "cat"}]}
    members = {"annotations/instances.json": json.dumps(held).encode(), "images/00003.png": b"", "info.json": b"{}"}
    assert list(read(tmp_path, members)["cat"]) == [3]


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a/0.png": b"no picture"}, "mask of frame 0 is no picture"),
        ({"a/0.png": palette_png(np.zeros((9, 9), np.uint16))}, "9x9 pixels, the video 160x120"),
        ({f"{a}/0.png": palette_png((RED + 2 * BLUE).astype(np.uint16)) for a in "ab"}, "several videos"),
        ({"labels/0.txt": b"0 0.5 0.5 0.1 0.1"}, "0.txt, line 1: no outline of YOLO's"),
        ({"labels/0.txt": b"cat nan"}, "0.txt, line 1"),
        ({"a.json": b"{}", "b.json": b"{}"}, "several JSON files"),
        ({"../../x.json": b"{}"}, "no masks"),
        ({"x.json": b"{}"}, "neither SA-V's"),
        ({"readme.md": b""}, "no masks"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, members: dict[str, bytes], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, members)
