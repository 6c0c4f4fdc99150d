"""Intervals over sequences: they hold what they promise, and frames or objects do not pass for sequences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.errors import InputError
from masklet.evaluate.bootstrap import figure_interval, interval
from tests.evaluate.records import item, record, simulated

REPEATS = 150


def coverage(sequences: int, *, whole: bool) -> float:
    """How often the interval holds the truth of 0.6, in sets of `sequences` videos; whole: drawn as sequences."""
    rng = np.random.default_rng(5)
    held = 0
    for seed in range(REPEATS):
        items, _ = simulated(rng, sequences)
        clusters = [one.sequence if whole else f"{one.sequence} {one.object}" for one in items]
        found = interval([one.figures["jf"] for one in items], clusters, draws=400, seed=seed)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    return held / REPEATS


@pytest.mark.parametrize("sequences", [8, 25])
def test_an_interval_of_95_percent_holds_the_truth_as_often(sequences: int) -> None:
    assert 0.9 <= coverage(sequences, whole=True) <= 0.99


def test_objects_that_pass_for_sequences_promise_too_much() -> None:
    assert coverage(25, whole=False) < 0.85


def test_the_figure_is_the_mean_over_objects() -> None:
    found = interval([0.2, 0.4, 0.9], ["a", "a", "b"])
    assert found.value == pytest.approx(0.5)
    assert (found.sequences, found.items, found.few) == (2, 3, True)


def test_one_sequence_says_nothing_of_others() -> None:
    found = interval([0.2, 0.4], ["a", "a"])
    assert (found.value, found.low, found.high) == (pytest.approx(0.3), None, None)


def test_no_objects_have_no_mean() -> None:
    with pytest.raises(InputError, match="no objects"):
        interval([], [])


def test_the_same_seed_gives_the_same_interval() -> None:
    values, names = np.linspace(0.1, 0.9, 12).tolist(), [f"{k % 7}" for k in range(12)]
    assert interval(values, names) == interval(values, names)
    assert interval(values, names, seed=1) != interval(values, names)


@settings(max_examples=30)
@given(
    values=st.lists(st.floats(0, 1), min_size=3, max_size=12),
    shift=st.floats(-1, 1),
    scale=st.floats(0.1, 10),
)
def test_intervals_move_and_stretch_with_their_values(values: list[float], shift: float, scale: float) -> None:
    names = [str(k // 2) for k in range(len(values))]
    one = interval(values, names, draws=200)
    other = interval([scale * value + shift for value in values], names, draws=200)
    assert one.low is not None
    assert one.high is not None
    assert one.low <= one.value + 1e-9
    assert one.high >= one.value - 1e-9
    assert other.low == pytest.approx(scale * one.low + shift, abs=1e-6)
    assert other.high == pytest.approx(scale * one.high + shift, abs=1e-6)


def test_a_mean_over_sources_counts_each_source_once() -> None:
    sources = ["x"] * 8 + ["y"] * 3
    values = [0.9] * 8 + [0.1, 0.2, 0.3]
    found = interval(values, [str(k) for k in range(11)], strata=sources)
    assert found.value == pytest.approx((0.9 + 0.2) / 2)
    assert found.low is not None
    assert found.high is not None
    # x never varies, so what varies is half of y's mean.
    assert 0.5 <= found.low < 0.55 < found.high <= 0.6


def test_a_headline_is_known_as_a_mean_over_objects_or_over_sources() -> None:
    items = [item(f"{k}", jf=0.1 * k, source="x" if k < 6 else "y") for k in range(9)]
    over_objects = record(items)
    assert figure_interval(over_objects, "jf") == interval([0.1 * k for k in range(9)], [f"{k}" for k in range(9)])
    over_sources = record(items, figures={"jf": (0.25 + 0.7) / 2, "j": 0.123})
    found = figure_interval(over_sources, "jf")
    assert found is not None
    assert found.value == pytest.approx(0.475)
    named = record([item(f"{k}", figures={"iou@1": 0.1 * k}, source="x" if k < 6 else "y") for k in range(9)])
    both = replace(named, figures={"iou_sources@1": 0.475})
    assert figure_interval(both, "iou_sources@1") == found
    assert figure_interval(over_sources, "j") is None, "no mean of the items: its interval cannot be told"
    assert figure_interval(over_sources, "fps") is None


def test_a_headline_of_one_source_is_known_as_its_mean() -> None:
    items = [item(f"{k}", jf=0.1 * k, source="exits" if k < 6 else "easy") for k in range(9)]
    found = figure_interval(record(items, kind="stress", figures={"jf@exits": 0.25, "cost@exits": 0.4}), "jf@exits")
    assert found is not None
    assert (found.value, found.sequences) == (pytest.approx(0.25), 6)
    assert figure_interval(record(items, figures={"cost@exits": 0.4}), "cost@exits") is None


def test_sequences_of_one_name_in_two_sources_are_two() -> None:
    items = [item("a", jf=0.2, source="x"), item("a", jf=0.8, source="y")]
    found = figure_interval(record(items), "jf")
    assert found is not None
    assert found.sequences == 2
