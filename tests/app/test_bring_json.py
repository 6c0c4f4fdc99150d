"""COCO's JSON of several makers, and what is said of a broken one. SA-V's is tried in test_bring_process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.app.bring_found import Found
from masklet.app.bring_json import read_json
from masklet.errors import InputError
from tests.app.client import mask_of
from tests.session import drawn

SQUARE = [[40, 30, 80, 30, 80, 60, 40, 60]]
IMAGES = [
    {"id": 7 + n, "file_name": f"frames/f_{n:06}.jpg", "width": drawn.WIDTH, "height": drawn.HEIGHT} for n in range(3)
]


def annotation(number: int, image: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": image, "category_id": 1, "segmentation": SQUARE, "iscrowd": 0, **more}


def read(folder: Path, annotations: list[dict[str, Any]], images: Any = IMAGES) -> dict[str, dict[int, Any]]:
    held = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}]}
    (folder / "a.json").write_text(json.dumps(held))
    found = Found((drawn.HEIGHT, drawn.WIDTH), 3)
    read_json(folder / "a.json", found)
    return found.told()


def test_outlines_become_masks_on_the_frames_of_their_names(tmp_path: Path) -> None:
    told = read(tmp_path, [annotation(1, 7), annotation(2, 9, score=0.5)])
    assert {name: list(held) for name, held in told.items()} == {"cat": [0, 2]}
    assert told["cat"][2]["score"] == 0.5
    square = np.zeros((drawn.HEIGHT, drawn.WIDTH), bool)
    square[30:60, 40:80] = True
    assert np.array_equal(mask_of(told["cat"][0]), square)


@pytest.mark.parametrize("key", ["track_id", "object_id", "instance_id", "attributes"])
def test_an_objects_number_holds_it_together(tmp_path: Path, key: str) -> None:
    def numbered(number: int) -> dict[str, Any]:
        return {key: {"track_id": number}} if key == "attributes" else {key: number}

    rows = [annotation(1, 7, **numbered(5)), annotation(2, 7, **numbered(6)), annotation(3, 8, **numbered(6))]
    assert [list(held) for held in read(tmp_path, rows).values()] == [[0], [0, 1]]


def test_without_numbers_they_are_counted_on_each_frame(tmp_path: Path) -> None:
    rows = [annotation(1, 7), annotation(2, 7), annotation(3, 8)]
    assert {name: list(held) for name, held in read(tmp_path, rows).items()} == {"cat": [0, 1], "cat 2": [0]}


def test_a_frame_index_goes_before_names(tmp_path: Path) -> None:
    named = zip(IMAGES, "abc", strict=True)
    images = [{**one, "file_name": f"{name}.jpg", "frame_index": n} for n, (one, name) in enumerate(named)]
    assert list(read(tmp_path, [annotation(1, 9)], images)["cat"]) == [2]


@pytest.mark.parametrize(
    ("rows", "images", "told"),
    [
        ([annotation(1, 7, segmentation=[[1, 2]])], IMAGES, r"annotations\[0\]: a polygon is x0, y0"),
        ([annotation(1, 7, segmentation={"size": [3, 3], "counts": "01"})], IMAGES, "a mask of|broken|is no"),
        ([annotation(1, 99)], IMAGES, "image_id 99, which is no image"),
        ([annotation(1, 7)], [{**IMAGES[0], "width": 5, "height": 5}], "5x5 pixels, the video 160x120"),
        ([annotation(1, 7)], [{**IMAGES[0], "file_name": "../../etc/passwd"}], "no path below a folder"),
        ([annotation(1, 7)], [{**IMAGES[0], "file_name": "cat.jpg"}], "tells no frame"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, rows: list[dict[str, Any]], images: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, rows, images)
