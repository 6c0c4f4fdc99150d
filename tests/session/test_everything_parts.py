"""What searching a picture works with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masklet.media.rle import encode_mask
from masklet.session.everything_parts import Crop, Region, Sieve, SuitedSieve, answers, box_ious, clean, greedy
from masklet.session.image import BATCH
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime

SIDES = st.floats(0, 50)


def box(sides: tuple[float, float, float, float]) -> np.ndarray:
    x, y, width, height = sides
    return np.array([x, y, x + width + 1, y + height + 1])


BOXES = st.tuples(SIDES, SIDES, SIDES, SIDES).map(box)


def test_each_click_of_a_crop_is_answered_alone_and_the_crop_seen_once() -> None:
    runtime = FakeRuntime()
    picture = drawn.clip(1)[0]
    crop = Crop(10, 20, picture.shape[1], picture.shape[0], 1)
    points = [(float(n), 5.0) for n in range(2 * BATCH + 3)]
    found = list(answers(runtime, picture, crop, points))
    assert [point for batch, _ in found for point in batch] == points
    assert [len(decoded.iou) for _, decoded in found] == [BATCH, BATCH, 3]
    assert runtime.calls.see == 1 and len(runtime.calls.recall) == 1
    assert all(len(prompt.labels) == 1 for prompts in runtime.calls.decode for prompt in prompts)


def test_a_sieve_is_suited_to_the_network_where_nothing_was_said() -> None:
    spec = replace(FakeRuntime().spec, least_iou=0.5, least_stability=0.6, most_overlap=0.7)
    assert Sieve().suited_to(spec) == SuitedSieve(0.5, 0.6, 0.7, 100)
    assert Sieve(0.0, 0.0, 0.0, 0).suited_to(spec) == SuitedSieve(0.0, 0.0, 0.0, 0)


def test_small_holes_are_filled_and_small_islands_removed() -> None:
    mask = np.zeros((30, 30), bool)
    mask[5:20, 5:20] = True
    mask[8:10, 8:10] = False  # 4 pixels
    mask[25:28, 25:28] = True  # 9 pixels
    assert clean(mask, 5)[9, 9] and clean(mask, 5)[26, 26]
    assert not clean(mask, 10)[26, 26]
    assert not clean(mask, 4)[9, 9]  # not fewer than 4
    assert np.array_equal(clean(mask, 0), mask)


@settings(max_examples=50)
@given(arrays(bool, (12, 12)), st.integers(0, 150))
def test_the_largest_part_always_stays(mask: np.ndarray, least: int) -> None:
    assert clean(mask, least).any() == mask.any()


@given(st.lists(BOXES, min_size=1, max_size=8), st.floats(0, 1))
def test_of_two_that_overlap_the_earlier_stays(boxes: list[np.ndarray], overlap: float) -> None:
    table = np.array(boxes)
    kept = greedy(len(boxes), overlap, lambda i, rest: box_ious(table[i], table[rest]))
    assert kept == sorted(kept) and kept[0] == 0
    for i in range(len(boxes)):
        earlier = [j for j in kept if j < i]
        assert (i in kept) == all(box_ious(table[j], table[[i]])[0] <= overlap for j in earlier)


@given(BOXES, BOXES)
def test_iou_of_boxes(first: np.ndarray, second: np.ndarray) -> None:
    (iou,) = box_ious(first, second[None])
    assert 0 <= iou <= 1 and iou == pytest.approx(box_ious(second, first[None])[0])
    assert box_ious(first, first[None])[0] == pytest.approx(1)
    assert box_ious(first, first[None] + 200)[0] == 0


def test_a_regions_mask_is_decoded() -> None:
    mask = np.eye(5, dtype=bool)
    region = Region(encode_mask(mask), (0, 0, 5, 5), 5, 0.9, 0.9, (1, 1))
    assert np.array_equal(region.mask, mask)
