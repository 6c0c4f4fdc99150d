import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.motion import Path
from masklet.data.synthetic import paths
from masklet.data.synthetic.paths import INNER, RAMP, area_of, away, before, mill, stroll, sway

SIZE = (100, 160)
seeds = st.integers(0, 10**6)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def still(frames: int, x: float = 40.0, y: float = 60.0) -> Path:
    zeros = np.zeros(frames)
    return Path(zeros + x, zeros + y, zeros + 1, zeros)


@given(seeds, st.integers(1, 200), st.floats(0, 20))
@settings(max_examples=30, deadline=None)
def test_a_stroll_stays_in_its_area_and_is_no_faster_than_asked(seed: int, frames: int, speed: float) -> None:
    path = stroll(rng(seed), frames, SIZE, speed, turning=10, swelling=2, area=(0.3, 0.5))
    assert len(path) == frames
    assert path.x.min() >= 0.3 * 160 - 1e-6 and path.x.max() <= 0.5 * 160 + 1e-6
    assert path.y.min() >= INNER[0] * 100 - 1e-6 and path.y.max() <= INNER[1] * 100 + 1e-6
    assert path.scale.max() / path.scale.min() <= 2
    # between two stops it speeds up and slows down: at most three times as fast as on average on either axis
    assert np.hypot(np.diff(path.x), np.diff(path.y)).max(initial=0) <= 3 * np.sqrt(2) * max(speed, 0.1) + 1e-6


@given(seeds, st.integers(2, 100))
@settings(max_examples=20, deadline=None)
def test_a_longer_clip_begins_as_a_shorter_one(seed: int, frames: int) -> None:
    short, long = (stroll(rng(seed), count, SIZE, 2, turning=10, swelling=2) for count in (frames, 3 * frames))
    for name in ("x", "y", "scale", "degrees"):
        assert np.allclose(getattr(long, name)[:frames], getattr(short, name))


def test_those_who_mill_about_cross_each_other_inside_the_picture() -> None:
    first, second = (mill(rng(number), 400, SIZE, 2.0, number, 2, 0) for number in (1, 2))
    for path in (first, second):
        assert path.x.min() > 0 and path.x.max() < 160 and path.y.min() > 0 and path.y.max() < 100
    assert len(set(np.sign(first.x - second.x))) == 2


@given(seeds, st.integers(1, 300), st.floats(4, 100))
@settings(max_examples=20, deadline=None)
def test_a_sway_is_smooth_and_between_its_ends(seed: int, frames: int, period: float) -> None:
    values = sway(rng(seed), frames, period)
    assert values.shape == (frames,) and abs(values).max() <= 1
    assert abs(np.diff(values)).max(initial=0) <= 2 * np.pi * 1.6 / period + 1e-9


@given(seeds, st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_what_leaves_is_outside_for_just_that_time(seed: int, start: int, length: int) -> None:
    path, gone = still(80), (start + 1, start + 1 + length)
    moved = away(rng(seed), path, gone, SIZE, reach=12)
    outside = (moved.x <= -12) | (moved.x >= 172) | (moved.y <= -12) | (moved.y >= 112)
    assert outside[gone[0] : gone[1]].all()
    at_home = np.ones(80, bool)
    at_home[max(0, gone[0] - RAMP) : gone[1] + RAMP] = False
    assert (moved.x == path.x)[at_home].all() and (moved.y == path.y)[at_home].all()
    assert (moved.x[0], moved.y[0]) == (path.x[0], path.y[0])


def test_a_cover_is_over_the_thing_for_its_time_and_outside_before_and_after() -> None:
    path = still(60)
    cover = before(path, (20, 30), SIZE, reach=25)
    assert np.allclose(cover.x[19:31], path.x[19:31]) and np.array_equal(cover.y, path.y)
    for t in (0, 59):
        assert cover.x[t] <= -25 or cover.x[t] >= 185


def test_the_camera_of_no_pan_and_no_shake_stands_still() -> None:
    states = paths.cameras(rng(0), 5, SIZE, 0, 0)
    for state in states:
        assert np.allclose(paths.camera_matrix(state, SIZE), [[1, 0, 0], [0, 1, 0]])
    moved = paths.cameras(rng(0), 200, SIZE, 10, 0)
    assert 1 < abs(moved[:, :2]).max() <= 10


@pytest.mark.parametrize("count", [1, 2, 5])
def test_areas_are_apart(count: int) -> None:
    areas = [area_of(number, count) for number in range(1, count + 1)]
    edges = [edge for area in areas for edge in area]
    assert edges == sorted(edges) and edges[0] == INNER[0] and edges[-1] == pytest.approx(INNER[1])
    assert np.diff(edges) == pytest.approx(np.diff(edges)[0])
