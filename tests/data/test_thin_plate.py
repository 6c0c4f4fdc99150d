import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.augment import Region, placement, sampling_maps
from masklet.data.thin_plate import Plate


@given(st.integers(0, 1000), st.integers(8, 200), st.integers(8, 200))
def test_knots_move_as_told_and_nothing_moves_further_than_said(seed: int, height: int, width: int) -> None:
    plate = Plate(height, width)
    shifts = np.random.default_rng(seed).normal(0, 5, (9, 2))
    bend = plate.bend(shifts)
    dx, dy = bend.displacement(plate.knots[:, 0], plate.knots[:, 1])
    assert np.allclose(np.stack([dx, dy], 1), shifts, atol=1e-6)
    y, x = np.meshgrid(np.linspace(0, height, 7), np.linspace(0, width, 7))
    assert max(np.abs(d).max() for d in bend.displacement(x, y)) <= bend.amplitude


@given(st.integers(0, 1000))
def test_a_plate_that_is_moved_as_a_whole_does_not_bend(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plate = Plate(60, 90)
    matrix, shift = rng.normal(0, 0.1, (2, 2)), rng.normal(0, 5, 2)
    bend = plate.bend(plate.knots @ matrix.T + shift)
    points = rng.uniform(-20, 110, (30, 2))
    moved = np.stack(bend.displacement(points[:, 0], points[:, 1]), 1)
    assert np.allclose(moved, points @ matrix.T + shift, atol=1e-6)


def test_maps_between_the_points_on_which_the_bend_is_computed_are_near_the_truth() -> None:
    plate = Plate(80, 100)
    bend = plate.bend(np.random.default_rng(3).normal(0, 4, (9, 2)))
    matrix = placement((50, 40), (50, 40), (1, 1), 20)
    x, y = sampling_maps(matrix, Region(-10, 5, 90, 70), bend)
    plain_x, plain_y = sampling_maps(matrix, Region(-10, 5, 90, 70))
    dx, dy = bend.displacement(plain_x, plain_y)
    assert np.abs(x - plain_x - dx).max() < 0.5
    assert np.abs(y - plain_y - dy).max() < 0.5
