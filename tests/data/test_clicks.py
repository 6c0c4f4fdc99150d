import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import distance_transform_edt

from masklet.data.clicks import (
    Click,
    _first_deepest,
    box_of,
    centre_click,
    correction_click,
    jittered_box,
    random_click,
)

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)
MASKS = hnp.arrays(bool, SHAPES)
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape)))


def depth(mask: np.ndarray) -> np.ndarray:
    """Distance of every pixel to the nearest one outside, the picture's surroundings included."""
    return distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]


def at(array: np.ndarray, click: object) -> object:
    assert click.x % 1 == 0.5
    assert click.y % 1 == 0.5
    return array[int(click.y), int(click.x)]


@given(MASKS)
@settings(deadline=None)
def test_the_centre_is_farthest_from_every_edge(mask: np.ndarray) -> None:
    if not mask.any():
        with pytest.raises(ValueError, match="empty"):
            centre_click(mask)
        return
    click = centre_click(mask)
    assert click.label == 1
    assert at(depth(mask), click) == pytest.approx(depth(mask).max(), rel=1e-5)


@given(MASKS, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_a_random_click_is_on_the_mask(mask: np.ndarray, seed: int) -> None:
    if mask.any():
        click = random_click(mask, np.random.default_rng(seed))
        assert at(mask, click)
        assert click.label == 1


def test_random_clicks_reach_every_pixel_alike() -> None:
    mask = np.zeros((6, 7), bool)
    mask[1:4, 2:6] = True
    mask[2, 3] = False
    rng, seen = np.random.default_rng(0), np.zeros(mask.shape)
    for _ in range(2200):
        at(seen, click := random_click(mask, rng))
        seen[int(click.y), int(click.x)] += 1
    assert (seen[~mask] == 0).all()
    assert (np.abs(seen[mask] - 200) < 70).all()


@given(PAIRS)
@settings(deadline=None)
def test_a_correction_is_in_the_middle_of_the_larger_error(pair: tuple[np.ndarray, np.ndarray]) -> None:
    prediction, truth = pair
    if np.array_equal(prediction, truth):
        return
    click = correction_click(prediction, truth)
    missed, surplus = depth(truth & ~prediction), depth(prediction & ~truth)
    assert click.label == int(missed.max() > surplus.max() + 1e-6) or missed.max() == pytest.approx(surplus.max())
    assert at(missed if click.label else surplus, click) == pytest.approx(max(missed.max(), surplus.max()), rel=1e-5)


@given(PAIRS, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_a_random_correction_is_on_an_error_with_the_right_label(
    pair: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    prediction, truth = pair
    if np.array_equal(prediction, truth):
        return
    click = correction_click(prediction, truth, np.random.default_rng(seed))
    assert at(prediction != truth, click)
    assert click.label == int(at(truth, click))


def test_random_corrections_are_of_both_kinds() -> None:
    truth, prediction = np.zeros((2, 10, 10), bool)
    truth[:, :4], prediction[:, 3:9] = True, True
    rng = np.random.default_rng(0)
    labels = [correction_click(prediction, truth, rng).label for _ in range(400)]
    assert np.mean(labels) == pytest.approx(3 / 8, abs=0.1)


@given(MASKS, st.none() | st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_where_nothing_is_wrong_the_click_confirms(mask: np.ndarray, seed: int | None) -> None:
    click = correction_click(mask, mask.copy(), None if seed is None else np.random.default_rng(seed))
    assert click.label == int(mask.any())
    assert at(mask, click) == mask.any()


def test_masks_of_numbers_count_as_masks() -> None:
    truth = np.zeros((9, 9), np.uint8)
    truth[2:7, 2:7] = 255
    assert correction_click(np.zeros((9, 9), bool), truth) == centre_click(truth > 0)
    assert correction_click(truth > 0, truth, np.random.default_rng(0)).label == 1


def test_masks_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        correction_click(np.ones((2, 3), bool), np.ones((3, 2), bool))


@given(MASKS)
@settings(deadline=None)
def test_the_box_touches_the_mask_on_every_side(mask: np.ndarray) -> None:
    if not mask.any():
        with pytest.raises(ValueError, match="empty"):
            box_of(mask)
        return
    x0, y0, x1, y1 = (int(v) for v in box_of(mask))
    assert mask[y0:y1, x0:x1].sum() == mask.sum()
    assert mask[y0].any()
    assert mask[y1 - 1].any()
    assert mask[:, x0].any()
    assert mask[:, x1 - 1].any()


@given(MASKS, st.integers(0, 2**32 - 1), st.floats(0, 2))
@settings(deadline=None)
def test_a_drawn_box_is_a_box_in_the_picture(mask: np.ndarray, seed: int, noise: float) -> None:
    if mask.any():
        x0, y0, x1, y1 = jittered_box(mask, np.random.default_rng(seed), noise)
        assert 0 <= x0 < x1 <= mask.shape[1]
        assert 0 <= y0 < y1 <= mask.shape[0]


def test_a_drawn_box_strays_as_far_as_it_should() -> None:
    mask = np.zeros((1000, 1000), bool)
    mask[300:700, 450:550] = True
    rng = np.random.default_rng(1)
    strays = np.array([np.subtract(jittered_box(mask, rng), box_of(mask)) for _ in range(500)])
    assert strays[:, [0, 2]].std() == pytest.approx(10, rel=0.15)  # a tenth of the width
    assert np.abs(strays).max() <= 20  # a tenth of the height would be 40: cut
    assert np.abs(strays[:, [1, 3]]).mean() > 15
    assert jittered_box(mask, rng, noise=0) == box_of(mask)


def test_of_pixels_of_the_same_depth_the_first_is_clicked_whatever_the_last_bits() -> None:
    mask = np.zeros((40, 60), bool)
    mask[3:16, 4:17], mask[20:33, 40:53] = True, True
    assert centre_click(mask) == Click(10.5, 9.5, 1)
    exact = np.sqrt(np.array([[0, 1, 50], [49, 50, 2]], np.float32))
    for least in (0.0, 1e-6, -1e-6):
        exact[1, 1] = np.sqrt(50) * (1 + least)
        assert _first_deepest(exact) == (50, 0, 2)
