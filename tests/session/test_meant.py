"""Which candidate one click means: the better one, and of two alike the one in whose middle it lies."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import masklet
from masklet.data.clicks import centre_click
from masklet.runtime.protocol import Decoded, NetworkPrompt
from masklet.session.geometry import make_prompt
from masklet.session.meant import FINE, favour, middleness, ranked
from masklet.values import Prompt
from tests.session.fake_runtime import FakeRuntime

SIDE = 96
AT_ITS_MIDDLE = replace(FakeRuntime().spec, picture_size=4 * SIDE, mask_size=SIDE, middle=1.0)
CAR = (slice(20, 80), slice(10, 90))
WHEEL = (slice(60, 76), slice(20, 36))  # its middle is at (28, 68)


def shape(*parts: tuple[slice, slice]) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    for part in parts:
        mask[part] = True
    return mask


def decoded(*masks: np.ndarray, scores: list[float]) -> Decoded:
    logits = np.stack([np.where(mask, 8.0, -8.0) for mask in (masks[0], *masks)]).astype(np.float32)[None]
    iou = np.array([[scores[0], *scores]], np.float32)
    return Decoded(logits, iou, np.zeros((1, len(masks) + 1, 4), np.float32), np.ones(1, np.float32))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 50), st.integers(0, 50))
def test_the_pixel_farthest_from_the_edges_is_the_middle(high: int, wide: int, top: int, left: int) -> None:
    mask = shape((slice(top, top + high), slice(left, left + wide)))
    click = centre_click(mask)
    assert middleness(mask, (click.x, click.y)) == 1
    assert middleness(mask, (left + 0.5, top + 0.5)) == pytest.approx(1 / max(1, (min(high, wide) + 1) // 2))
    assert middleness(~mask, (click.x, click.y)) == 0


@given(st.integers(2, 9), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_large_mask_is_looked_at_coarsely_and_says_about_the_same(times: int, across: float, down: float) -> None:
    height, width = FINE * times // 2, FINE * times
    mask = np.ones((height, width), bool)
    point = (across * width, down * height)
    exact = min(point[0], width - point[0], point[1], height - point[1]) / (height / 2)
    assert middleness(mask, point) == pytest.approx(exact, abs=0.06)


def test_points_on_the_pictures_far_edges_lie_on_its_last_pixels() -> None:
    assert middleness(np.ones((5, 5), bool), (5.0, 5.0)) == pytest.approx(1 / 3)
    assert middleness(np.zeros((5, 5), bool), (5.0, 5.0)) == 0


def test_of_two_candidates_alike_the_one_is_meant_in_whose_middle_the_click_is() -> None:
    found = decoded(shape(CAR), shape(WHEEL), scores=[0.8, 0.75])
    hub = NetworkPrompt(np.array([[4 * 28.0, 4 * 68.0]], np.float32), np.array([1], np.int64))
    door = NetworkPrompt(np.array([[4 * 50.0, 4 * 50.0]], np.float32), np.array([1], np.int64))
    assert ranked(found, 0, hub, AT_ITS_MIDDLE) == [2, 1]
    assert ranked(found, 0, door, AT_ITS_MIDDLE) == [1, 2]
    assert ranked(found, 0, hub, replace(AT_ITS_MIDDLE, middle=0.0)) == [1, 2]


def test_a_much_better_candidate_is_meant_wherever_it_is_clicked() -> None:
    found = decoded(shape(CAR), shape(WHEEL), scores=[0.95, 0.05])
    hub = NetworkPrompt(np.array([[4 * 28.0, 4 * 68.0]], np.float32), np.array([1], np.int64))
    assert ranked(found, 0, hub, AT_ITS_MIDDLE) == [1, 2]


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(((28.0, 68.0), (70.0, 40.0)), (1, 1)),
        Prompt(((28.0, 68.0),), (0,)),
        make_prompt((SIDE, SIDE), [(28, 68)], [1], (20, 60, 36, 76)),
        Prompt(box=(20.0, 60.0, 36.0, 76.0)),
        Prompt(),
    ],
)
def test_whoever_says_more_than_one_click_is_taken_at_his_word(prompt: Prompt) -> None:
    assert favour(shape(WHEEL), 0.5, prompt, AT_ITS_MIDDLE) == 0.5
    assert favour(shape(WHEEL), 0.5, Prompt(((28.0, 68.0),), (1,)), AT_ITS_MIDDLE) == 1.5


def test_the_embedded_network_goes_by_the_middle_and_published_weights_do_not() -> None:
    from masklet.model.presets import PRESETS

    assert masklet.load(device="cpu").runtime.spec.middle == 1
    assert all(config.middle == 0 for name, config in PRESETS.items() if name != "nano")
