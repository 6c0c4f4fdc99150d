import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from masklet.errors import MediaError
from masklet.media.rle import decode_mask, encode_mask, mask_area, rle_from_json, rle_iou, rle_to_json

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))


@given(masks)
def test_round_trip(mask: np.ndarray) -> None:
    rle = encode_mask(mask)
    assert rle["size"] == list(mask.shape)
    back = decode_mask(rle)
    assert back.dtype == np.bool_
    assert np.array_equal(back, mask)
    assert mask_area(rle) == mask.sum()


@given(masks)
def test_round_trip_through_json(mask: np.ndarray) -> None:
    text = json.dumps(rle_to_json(encode_mask(mask)))
    assert np.array_equal(decode_mask(json.loads(text)), mask)
    assert rle_from_json(json.loads(text)) == encode_mask(mask)


@given(st.data(), array_shapes(min_dims=2, max_dims=2, max_side=20))
def test_iou_is_that_of_the_masks(data: st.DataObject, shape: tuple[int, ...]) -> None:
    a, b = data.draw(arrays(np.bool_, shape)), data.draw(arrays(np.bool_, shape))
    union = (a | b).sum()
    assert rle_iou(encode_mask(a), encode_mask(b)) == pytest.approx((a & b).sum() / union if union else 1.0)


@given(masks)
def test_it_is_pycocotools_own(mask: np.ndarray) -> None:
    assert encode_mask(mask)["counts"] == coco.encode(np.asfortranarray(mask, np.uint8))["counts"]


@given(masks)
def test_others_read_the_same(mask: np.ndarray) -> None:
    assert np.array_equal(decode_mask(encode_mask(mask)), coco.decode(encode_mask(mask)) > 0)


def test_long_runs() -> None:
    mask = np.zeros((3000, 2000), bool)
    mask[1000:2990, 700:1999] = True
    mask[5, 3] = True
    rle = encode_mask(mask)
    assert np.array_equal(decode_mask(rle), mask)
    with pytest.raises(MediaError, match="RLE"):
        decode_mask({**rle, "counts": rle["counts"][:-3]})


def test_column_major_as_coco_has_it() -> None:
    """The counts of a mask whose first column is set begin with a run of no zeros: COCO counts down columns."""
    mask = np.zeros((3, 2), bool)
    mask[:, 0] = True
    assert encode_mask(mask)["counts"] == b"033"


def test_non_contiguous_masks() -> None:
    mask = np.random.default_rng(0).random((20, 30)) > 0.5
    assert np.array_equal(decode_mask(encode_mask(mask[::2, ::-3])), mask[::2, ::-3])


@pytest.mark.parametrize(
    "rle",
    [
        {},
        {"size": [3], "counts": ""},
        {"size": [3, 3], "counts": [1, 2]},
        {"size": [3, 5], "counts": "zz"},
        {"size": [3, 5], "counts": ""},
        {"size": [3, 5], "counts": "33"},
        {"size": [3, 5], "counts": "P"},
        {"size": [0, 5], "counts": "0"},
        {"size": [3, 5], "counts": "oooooooooooooo0"},
    ],
)
def test_broken_rle(rle: dict) -> None:
    with pytest.raises(MediaError, match="RLE"):
        decode_mask(rle)


def test_sizes_must_agree() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        rle_iou(encode_mask(np.ones((2, 3), bool)), encode_mask(np.ones((3, 2), bool)))
