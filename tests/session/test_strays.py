"""Tests of what is taken away from a tracked mask."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.session.answer import Answer
from masklet.session.geometry import logits_to_mask
from masklet.session.strays import SURELY_NOT, clear_strays, without_strays

SIDE = 64


def discs(*discs):
    """Logits of 5 on the discs (x, y, radius), -5 elsewhere."""
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    for x, y, radius in discs:
        cv2.circle(drawn, (x, y), radius, 1, -1)
    return np.where(drawn > 0, 5, -5).astype(np.float32)


LAST = discs((20, 20, 6)) > 0


def test_a_part_far_away_is_no_longer_object_and_the_near_one_is_as_it_was():
    logits = discs((23, 21, 6), (55, 55, 8))
    kept = without_strays(logits, LAST, 0.5)
    near = discs((23, 21, 6)) > 0
    assert np.array_equal(kept > 0, near)
    assert np.array_equal(kept[near], logits[near])
    assert (kept[discs((55, 55, 8)) > 0] == SURELY_NOT).all()
    assert np.array_equal(kept[logits < 0], logits[logits < 0])


def test_parts_on_both_sides_of_something_thin_stay():
    logits = discs((20, 20, 7))
    logits[:, 19:22] = -5  # a pole before the object
    assert without_strays(logits, LAST, 0.5) is not None
    assert np.array_equal(without_strays(logits, LAST, 0.5), logits)


def test_an_object_that_comes_back_elsewhere_is_its_largest_part():
    kept = without_strays(discs((50, 50, 7), (55, 10, 3)), LAST, 0.5)
    assert np.array_equal(kept > 0, discs((50, 50, 7)) > 0)


@pytest.mark.parametrize(
    ("last", "reach"), [(None, 0.5), (np.zeros((SIDE, SIDE), bool), 0.5), (LAST, math.inf)], ids=str
)
def test_nothing_is_taken_away_where_nothing_is_known_or_asked(last, reach):
    logits = discs((23, 21, 6), (55, 55, 8))
    assert without_strays(logits, last, reach) is logits


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 63), st.integers(0, 63), st.integers(1, 12)), max_size=5),
    st.tuples(st.integers(0, 63), st.integers(0, 63), st.integers(1, 12)),
    st.floats(0.05, 3),
)
def test_whole_parts_go_and_never_all_of_them(parts, last, reach):
    logits = discs(*parts)
    kept = without_strays(logits, discs(last) > 0, reach)
    assert not ((kept > 0) & ~(logits > 0)).any()
    assert (kept > 0).any() == (logits > 0).any()
    count, labels = cv2.connectedComponents((logits > 0).astype(np.uint8))
    for part in range(1, count):
        assert len(set((kept > 0)[labels == part].tolist())) == 1
    assert np.array_equal(without_strays(kept, discs(last) > 0, reach), kept)


def test_the_mask_of_an_answer_follows_its_logits():
    logits, size = discs((23, 21, 6), (55, 55, 8)), (120, 200)
    answer = Answer(
        logits_to_mask(logits, size), logits, 0.8, 3.0, np.zeros(4, np.float32), logits[None], np.ones(1, np.float32)
    )
    cleared = clear_strays(answer, LAST, 0.5)
    assert np.array_equal(cleared.mask, logits_to_mask(cleared.logits, size))
    assert not cleared.mask[60:, 100:].any()
    assert cleared.mask.any()
    assert clear_strays(answer, None, 0.5) is answer
