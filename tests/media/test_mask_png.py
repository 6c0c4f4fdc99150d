"""Masks as PNGs: what two other programs read in them."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.media.mask_png import mask_png


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_pillow_and_opencv_read_the_mask(height: int, width: int, seed: int, share: float) -> None:
    mask = np.zeros((height, width), bool)
    numbers = np.random.default_rng(seed)
    top, left = numbers.integers(0, height), numbers.integers(0, width)
    part = mask[top:, left : left + int(numbers.integers(1, width + 1))]
    part[:] = numbers.random(part.shape) < share
    data = mask_png(mask)
    image = Image.open(io.BytesIO(data))
    assert image.mode == "L"
    np.testing.assert_array_equal(np.asarray(image), mask * np.uint8(255))
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), mask * 255)


def test_an_object_in_a_large_picture_takes_little() -> None:
    mask = np.zeros((720, 1280), bool)
    cv2.circle(mask.view(np.uint8), (700, 300), 120, 1, -1)
    data = mask_png(mask)
    assert len(data) < 3000
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))) > 0, mask)


def test_no_pixels_are_no_png() -> None:
    with pytest.raises(ValueError, match="no mask of shape"):
        mask_png(np.zeros((0, 4), bool))
