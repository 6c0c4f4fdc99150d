"""Tests of a picture's way into the network."""

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from masklet.runtime.preprocess import fit, normalise, prepare, to_square


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 64))
def test_any_size_becomes_the_square_and_a_flat_colour_stays(height, width, side):
    picture = np.full((height, width, 3), (10, 200, 77), np.uint8)
    square = to_square(picture, side)
    assert square.shape == (side, side, 3)
    assert (square == (10, 200, 77)).all()


def test_shrinking_averages_and_enlarging_interpolates():
    rng = np.random.default_rng(0)
    big = rng.integers(0, 256, (64, 128, 3), np.uint8)
    means = big.reshape(32, 2, 32, 4, 3).mean((1, 3))
    assert np.abs(to_square(big, 32) - means).max() <= 0.5 + 1e-6
    small = rng.integers(0, 256, (64, 16, 3), np.uint8)
    assert np.array_equal(to_square(small, 32), cv2.resize(small, (32, 32), interpolation=cv2.INTER_LINEAR))


def test_a_picture_of_the_right_size_is_left_alone():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert np.array_equal(to_square(picture, 32), picture)
    assert np.array_equal(to_square(picture[:, ::-1], 32), picture[:, ::-1])  # a view with negative strides


def test_mirrored_views_are_resized_as_copies_are():
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    assert np.array_equal(to_square(picture[:, ::-1], 32), to_square(picture[:, ::-1].copy(), 32))


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), "u1")],
)
def test_anything_else_is_refused(picture):
    with pytest.raises(ValueError, match="HxWx3 uint8"):
        to_square(picture, 8)


def test_normalise():
    square = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    x = normalise(square, (1, 2, 3), (10, 20, 40))
    assert x.shape == (1, 3, 5, 6)
    assert x.dtype == np.float32
    assert x[0, 2, 4, 1] == pytest.approx((float(square[4, 1, 2]) - 3) / 40)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 64))
@example(13, 26, 15)  # 7.5 rows, but for the rounding of the scale
def test_a_letterbox_keeps_proportions_and_pads_with_zeros(height, width, side):
    picture = np.full((height, width, 3), (10, 200, 77), np.uint8)
    square = prepare(picture, side, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), letterbox=True)
    assert square.shape == (1, 3, side, side)
    scale = side / max(height, width)  # rounded first, as in SAM's published code
    rows, columns = (max(1, int(n * scale + 0.5)) for n in (height, width))
    assert max(rows, columns) == side
    assert (square[0, :, :rows, :columns] == np.array([10, 200, 77])[:, None, None]).all()
    assert (square[0, :, rows:] == 0).all()
    assert (square[0, :, :, columns:] == 0).all()


def test_without_a_letterbox_the_picture_is_stretched():
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    colours = (1.0, 2.0, 3.0), (4.0, 5.0, 6.0)
    assert np.array_equal(prepare(picture, 32, *colours), normalise(to_square(picture, 32), *colours))


def test_fitting_shrinks_with_means():
    big = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    small = fit(big, 32)
    assert small.shape == (16, 32, 3)
    assert small.std() < big.std() / 2
    assert abs(float(small.mean()) - float(big.mean())) < 1
    with pytest.raises(ValueError, match="a picture is HxWx3 uint8"):
        fit(big[..., :2], 32)
