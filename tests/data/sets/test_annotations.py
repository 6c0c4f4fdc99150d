"""Annotations of COCO's kind, read and written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masklet.data.sets.annotations import derived_fields, region_from, segmentation_of, thing_fields
from masklet.data.sets.values import Region, Thing
from masklet.errors import MediaError
from masklet.media.rle import decode_mask, encode_mask, rle_to_json

SIZE = (6, 8)  # height, width
MASKS = arrays(bool, SIZE).filter(np.any)
SQUARE = [1.0, 1.0, 5.0, 1.0, 5.0, 4.0, 1.0, 4.0]


def boxed(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[y0:y1, x0:x1] = True
    return mask


@given(MASKS, st.booleans())
def test_a_mask_comes_back_from_what_is_written_of_it(mask: np.ndarray, crowd: bool) -> None:
    written = segmentation_of(Region(1, encode_mask(mask)), crowd=crowd)
    assert isinstance(written["counts"], list) == crowd  # as COCO has its crowds
    assert np.array_equal(decode_mask(region_from(1, written, SIZE, {}).rle), mask)


def test_counts_begin_with_what_is_outside() -> None:
    assert segmentation_of(Region(1, encode_mask(boxed(0, 0, 1, 2))), crowd=True)["counts"] == [0, 2, 46]
    assert segmentation_of(Region(1, encode_mask(boxed(0, 1, 1, 3))), crowd=True)["counts"] == [1, 2, 45]


def test_polygons_are_drawn_and_kept() -> None:
    region = region_from(4, [SQUARE, [6.0, 4.0, 8.0, 4.0, 8.0, 6.0, 6.0, 6.0]], SIZE, {"score": 1})
    assert np.array_equal(decode_mask(region.rle), boxed(1, 1, 5, 4) | boxed(6, 4, 8, 6))
    assert segmentation_of(region, crowd=False)[0] == SQUARE
    assert (region.thing, region.extra) == (4, {"score": 1})


@pytest.mark.parametrize(
    ("segmentation", "said"),
    [
        ("everything", "a list of polygons or an RLE"),
        (None, "a list of polygons or an RLE"),
        ([], "is empty"),
        ([[1, 1, 2, 2]], "three points or more"),
        ([[1, 1, 2, 2, 3, 3, 4]], "three points or more"),
        ([SQUARE, "x"], "three points or more"),
        ([[1, 1, 2, 2, 3, None]], "must be numbers"),
        ([[1, 1, 2, 2, 3, float("nan")]], "must be numbers"),
        ([[1, 1, 2, 2, 3, 1e9]], "must be numbers"),
        ([[20, 20, 30, 20, 30, 30]], "covers no pixel"),
        ({"size": [6, 8], "counts": [48]}, "covers no pixel"),
        ({"size": [6, 8], "counts": [1, 2]}, "do not fill the picture"),
        ({"size": [6, 8], "counts": [50, -2]}, "do not fill the picture"),
        ({"size": [6, 8], "counts": [1.5, 46.5]}, "do not fill the picture"),
        ({"size": [8, 6], "counts": [1, 47]}, "a mask of 6x8 on a picture of 8x6"),
        ({"size": [6, 8], "counts": "0"}, "RLE"),
        ({"counts": [48]}, "RLE"),
        ({}, "RLE"),
    ],
)
def test_what_is_broken_is_told(segmentation: Any, said: str) -> None:
    with pytest.raises(MediaError, match=said):
        region_from(1, segmentation, SIZE, {})


def test_area_and_box_are_the_masks_where_none_came() -> None:
    rle = encode_mask(boxed(2, 1, 5, 3))
    assert derived_fields(Region(1, rle)) == {"area": 6, "bbox": [2.0, 1.0, 3.0, 2.0]}
    assert derived_fields(Region(1, rle, None, {"area": 5.5, "note": 1})) == {"area": 5.5, "bbox": [2.0, 1.0, 3.0, 2.0]}
    came = {"area": 5.5, "bbox": [2, 1, 3, 2]}
    assert derived_fields(Region(1, rle, None, came)) == came


def test_a_compressed_mask_is_text_in_json() -> None:
    rle = encode_mask(boxed(2, 1, 5, 3))
    assert segmentation_of(Region(1, rle), crowd=False) == rle_to_json(rle)


def test_a_things_own_fields_come_with_its_name() -> None:
    assert thing_fields(Thing(1, "Rex", "dog", extra={"tame": 1})) == {"tame": 1, "name": "Rex"}
    assert thing_fields(Thing(1, extra={"tame": 1})) == {"tame": 1}
