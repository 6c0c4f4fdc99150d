import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.augment import (
    FLAWS,
    Region,
    Wave,
    Window,
    degrade,
    look_through,
    placement,
    random_look,
    random_window,
    relight,
    sampling_maps,
    streak,
    window_about,
)
from tests.data.drawn import inside, numbers_by_colour, shapes

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(2, 300), st.floats(0.05, 1))
@settings(deadline=None)
def test_a_window_lies_in_the_picture(seed: int, side: int, least: float) -> None:
    window = random_window(np.random.default_rng(seed), side, least)
    assert 0 <= window.x < window.x + window.width <= side
    assert 0 <= window.y < window.y + window.height <= side
    assert window.width * window.height >= (least * 0.75 * side - 3) * side * 0.8
    assert max(window.width / window.height, window.height / window.width) < 1.26 + 3 / min(window.width, window.height)


@pytest.mark.parametrize("side", [80, 200, 400])
@pytest.mark.parametrize("mirrored", [False, True])
def test_labels_stay_on_their_pixels_through_a_window(side: int, mirrored: bool) -> None:
    pixels, labels = shapes((200, 200), 3)
    window = Window(20, 35, 150, 130, mirrored)
    seen, numbers = look_through(window, pixels, side), look_through(window, labels, side, labels=True)
    assert seen.shape == (side, side, 3)
    for k in range(4):
        assert (numbers_by_colour(seen)[inside(numbers == k)] == k).all()
        assert (numbers[inside(numbers_by_colour(seen) == k)] == k).all()
    x = 20 + 0.3 * 150
    column = int(side * (0.7 if mirrored else 0.3))
    assert np.array_equal(numbers[side // 2, column], labels[35 + 65, int(x)])


@given(SEEDS, st.integers(40, 300), st.data())
@settings(deadline=None)
def test_a_window_about_an_object_shows_most_of_it(seed: int, side: int, data: st.DataObject) -> None:
    left, top = (data.draw(st.integers(0, side - 4)) for _ in range(2))
    width, height = (data.draw(st.integers(1, side - edge)) for edge in (left, top))
    labels = np.zeros((side, side), np.uint8)
    labels[top : top + height, left : left + width] = 7
    window = window_about(np.random.default_rng(seed), side, labels, 7)
    assert 0 <= window.x < window.x + window.width <= side
    assert 0 <= window.y < window.y + window.height <= side
    assert min(window.width, window.height) >= side / 8 * 0.89 - 0.5  # whole pixels
    seen = labels[window.y : window.y + window.height, window.x : window.x + window.width] == 7
    assert seen.sum() >= 0.4 * (labels == 7).sum()


@given(SEEDS)
@settings(deadline=None)
def test_placement_lays_a_point_on_a_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre, target = rng.uniform(-50, 50, 2), rng.uniform(-50, 50, 2)
    matrix = placement(tuple(centre), tuple(target), tuple(rng.uniform(0.2, 3, 2)), rng.uniform(-180, 180))
    assert matrix @ [*(centre - 0.5), 1] + 0.5 == pytest.approx(target, abs=1e-9)


def test_sampling_maps_do_what_the_matrix_says() -> None:
    pixels, _ = shapes((120, 120), 1)
    matrix = placement((60, 60), (40, 50), (0.9, 0.7), 25)
    expected = cv2.warpAffine(pixels, matrix, (100, 90))
    whole = cv2.remap(pixels, *sampling_maps(matrix, Region(0, 0, 100, 90)), cv2.INTER_LINEAR)
    assert np.abs(whole.astype(int) - expected).mean() < 1
    part = cv2.remap(pixels, *sampling_maps(matrix, Region(10, 20, 30, 40)), cv2.INTER_LINEAR)
    assert np.array_equal(part, whole[20:60, 10:40])


def test_a_wave_bends_by_its_amplitude() -> None:
    matrix, region = placement((50, 50), (50, 50), (1, 1)), Region(0, 0, 100, 100)
    straight = np.stack(sampling_maps(matrix, region))
    bent = np.stack(sampling_maps(matrix, region, Wave(4, 2, 100, 0.3, 1)))
    assert np.abs(bent - straight).max(axis=(1, 2)) == pytest.approx([4, 4], rel=0.01)
    assert np.abs((bent - straight)[0, :50].mean()) < 0.1  # a whole wave fits into half the height


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_light_keeps_the_size_and_strength_0_keeps_the_picture(seed: int) -> None:
    pixels, _ = shapes((40, 50), seed % 7)
    lit = relight(pixels, random_look(np.random.default_rng(seed)))
    assert lit.shape == pixels.shape
    assert lit.dtype == np.uint8
    assert lit.std() > 3  # never so dark or bright that nothing is seen
    assert np.array_equal(relight(pixels, random_look(np.random.default_rng(seed), 0.0)), pixels)


def test_some_light_is_grey_and_most_is_not() -> None:
    pixels, _ = shapes((40, 50), 0)
    rng = np.random.default_rng(0)
    spread = [np.ptp(relight(pixels, random_look(rng)).astype(int), axis=2).max() for _ in range(300)]
    assert 10 < sum(s < 4 for s in spread) < 60


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_poor_camera_changes_pixels_but_not_the_scene(flaw: str) -> None:
    pixels, _ = shapes((64, 80), 0)
    poor = degrade(pixels, np.random.default_rng(1), flaw)
    assert poor.shape == pixels.shape
    assert poor.dtype == np.uint8
    assert 0 < np.abs(poor.astype(int) - pixels).mean() < 15
    assert np.abs(poor.astype(int).mean((0, 1)) - pixels.mean((0, 1))).max() < 3


def test_a_streak_runs_along_the_movement() -> None:
    dot = np.zeros((41, 41, 3), np.uint8)
    dot[20, 20] = 255
    assert np.array_equal(streak(dot, 0.5, 0.5), dot)
    across = streak(dot, 10, 0)[..., 0] > 0
    assert across[20].sum() >= 9
    assert across.any(1).sum() == 1
    slanted = np.argwhere(streak(dot, 8, -8)[..., 0] > 0)
    assert (slanted.sum(1) == 40).all()
    assert len(slanted) >= 7
