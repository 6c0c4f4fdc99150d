"""Gaps between groups: what is planted is found, and nothing is found where there is nothing, at the stated rate."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.evaluate.permutation import gap_chance, largest_gap, room
from tests.evaluate.records import simulated

REPEATS = 150


def chance(rng: np.random.Generator, sequences: int, gap: dict[str, float]) -> float:
    items, groups = simulated(rng, sequences, gap)
    names = sorted(gap)
    which = np.array([names.index(group) for group in groups])
    values = np.array([one.figures["jf"] for one in items])
    return gap_chance(values, which, [one.sequence for one in items], draws=199, rng=rng)


@pytest.mark.parametrize("groups", [2, 3])
def test_without_a_gap_chance_is_blamed_as_often_as_stated(groups: int) -> None:
    rng = np.random.default_rng(3)
    null = dict.fromkeys("abc"[:groups], 0.0)
    found = np.array([chance(rng, 24, null) for _ in range(REPEATS)])
    # 5 % of 150 are 7.5; 16 or more would come about once in 300 such tests.
    assert (found < 0.05).sum() < 16
    # p is uniform when there is nothing to find.
    assert 0.4 < found.mean() < 0.6


def test_a_planted_gap_is_found() -> None:
    rng = np.random.default_rng(4)
    found = np.array([chance(rng, 40, {"a": 0.0, "b": 0.2}) for _ in range(30)])
    assert (found < 0.05).mean() > 0.9


def test_objects_dealt_one_by_one_would_find_gaps_that_are_not_there() -> None:
    """What the level of sequences is for: with objects as units, the rate of false alarms is far above 5 %."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(60):
        items, groups = simulated(rng, 24, {"a": 0.0, "b": 0.0}, spread=0.2)
        which = np.array([int(group == "b") for group in groups])
        values = np.array([one.figures["jf"] for one in items])
        each = [f"{one.sequence} {one.object}" for one in items]
        alarms += gap_chance(values, which, each, draws=199, rng=rng) < 0.05
    assert alarms > 12


def test_attributes_of_objects_are_dealt_inside_their_videos() -> None:
    # In every video object 1 is better than object 2 by 0.1, however different the videos are.
    videos = np.repeat(np.arange(10), 2)
    which = np.tile([0, 1], 10)
    values = videos / 10 + np.where(which == 0, 0.1, 0.0)
    p = gap_chance(values, which, videos.tolist(), draws=999, rng=np.random.default_rng(0))
    assert p == pytest.approx(0.002, abs=0.003)  # 2 of the 1,024 deals are as extreme


def test_videos_of_one_group_among_mixed_ones_are_dealt_among_their_own_size() -> None:
    videos = [0, 0, 1, 1, 2, 2, 3]
    which = np.array([0, 1, 0, 0, 1, 1, 0])
    values = np.array([0.5, 0.5, 0.9, 0.9, 0.1, 0.1, 0.5])
    p = gap_chance(values, which, videos, draws=999, rng=np.random.default_rng(0))
    assert p == pytest.approx(1.0), (
        "of the deals 0.9 and 0.1 either way, all are as wide: a gap of two groups has no sign"
    )


def test_room_tells_what_deals_there_are() -> None:
    # Four videos, two of each group: 6 deals, in all of which every video may change.
    assert room(np.array([0, 0, 1, 1]), [0, 1, 2, 3]) == (pytest.approx(1 / 6), 0.0)
    # One mixed video; the others have sizes of their own and stay as they are.
    which = np.array([0, 1, 0, 1, 1, 0, 0, 0])
    sequences = [0, 0, 1, 2, 2, 3, 3, 3]
    least, held = room(which, sequences)
    assert (least, held) == (pytest.approx(1 / 2), 6 / 8)
    values = np.where(which == 0, 0.9, 0.1)
    assert gap_chance(values, which, sequences, draws=999, rng=np.random.default_rng(0)) > 0.4


def test_the_largest_gap_names_best_and_worst() -> None:
    best, worst, gap = largest_gap(np.array([0.2, 0.4, 0.9, 0.5]), np.array([0, 0, 1, 2]), 3)
    assert (best, worst) == (1, 0)
    assert gap == pytest.approx(0.6)
