import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.motion import absence, camera, leaving, wander

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 9))
@settings(deadline=None)
def test_the_camera_looks_at_the_picture(seed: int, frames: int) -> None:
    matrices = camera(np.random.default_rng(seed), frames, 200, 100)
    assert len(matrices) == frames
    for matrix in matrices:
        linear = matrix[:, :2]
        seen = np.linalg.solve(linear, np.array([50, 50]) - 0.5 - matrix[:, 2]) + 0.5
        assert (seen > 0).all()
        assert (seen < 200).all()
        # What is seen is at least a third of the source's side (a scale of 1.5 here) and never more than all of it.
        scales = np.linalg.norm(linear, axis=0)
        assert scales.max() < 1.6
        assert scales.min() >= 0.5 - 1e-9


def test_the_camera_moves_smoothly_and_at_times_hardly_at_all() -> None:
    ways = []
    for seed in range(200):
        matrices = np.array(camera(np.random.default_rng(seed), 6, 200, 100))
        points = matrices[:, :, :2] @ [100, 100] + matrices[:, :, 2]
        ways.append(np.linalg.norm(np.diff(points, axis=0), axis=1).max())
    ways = np.array(ways)
    assert (ways < 60).all()
    assert (ways > 3).mean() > 0.4
    assert (ways < 2.5).mean() > 0.15


@given(SEEDS, st.integers(1, 9))
@settings(deadline=None)
def test_an_actor_starts_in_the_picture(seed: int, frames: int) -> None:
    path = wander(np.random.default_rng(seed), frames, 100)
    assert len(path) == frames == len(path.scale) == len(path.degrees)
    assert 0 < path.x[0] < 100
    assert 0 < path.y[0] < 100
    assert (path.scale > 0).all()


@given(SEEDS, st.integers(2, 9))
@settings(deadline=None)
def test_who_leaves_is_outside_just_then(seed: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    away = absence(rng, frames)
    assert 1 <= away[0] < away[1] <= frames
    path = wander(rng, frames, 100)
    left = leaving(rng, path, away, 100, 30)
    half = 15 * path.scale
    gone = (left.x + half < 0) | (left.x - half > 100) | (left.y + half < 0) | (left.y - half > 100)
    assert gone[away[0] : away[1]].all()
    assert np.array_equal(left.x[: away[0]], path.x[: away[0]])
    assert 0 < left.x[0] < 100


def test_absences_end_before_the_clip_about_half_of_the_time() -> None:
    rng = np.random.default_rng(0)
    spans = [absence(rng, 6) for _ in range(400)]
    assert {start for start, _ in spans} == {1, 2, 3, 4, 5}
    assert np.mean([stop < 6 for _, stop in spans]) == pytest.approx(0.33, abs=0.15)
