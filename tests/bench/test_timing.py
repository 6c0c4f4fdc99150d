from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.bench.timing import Spread, Timing, spread, take_turns


class Clock:
    """A clock that the tasks themselves move on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def task(self, seconds: list[float], log: list[str], name: str):
        left = iter(seconds)

        def run() -> None:
            self.now += next(left)
            log.append(name)

        return run


def test_turns_are_taken_and_the_first_is_not_counted() -> None:
    clock, log, steps = Clock(), [], []
    tasks = [clock.task([9, 1, 2, 4], log, "a"), None, clock.task([7, 3, 3, 3], log, "b")]
    timing = take_turns("see", tasks, 3, step=lambda: steps.append(1), clock=clock)  # all longer than a turn must be
    assert log == ["a", "b"] * 4
    assert timing == Timing("see", ((1, 2, 4), None, (3, 3, 3)))
    assert len(steps) == 8


def test_short_tasks_are_done_several_times_a_turn() -> None:
    clock, log = Clock(), []
    tasks = [clock.task([0.5, 0.1, 0.1, 0.4], log, "a"), clock.task([1, 3, 5], log, "b")]
    timing = take_turns("decode", tasks, 1, least=1.25, clock=clock)
    assert "".join(log) == "abaaabb"
    assert timing.seconds == ((pytest.approx(0.2),), (4,))


def test_ratios_are_those_of_rounds() -> None:
    """The machine slows down tenfold half-way: times spread wide, the ratio does not."""
    timing = Timing("see", ((1.0, 1.0, 10.0, 10.0), (2.0, 2.0, 20.0, 20.0)))
    assert timing.ratio(1) == Spread(2.0, 2.0, 2.0)
    assert timing.ratio(0) == Spread(1.0, 1.0, 1.0)
    own = timing.spread(1)
    assert own is not None
    assert (own.low, own.high) == (2.0, 20.0)


def test_the_reference_is_the_first_that_can() -> None:
    timing = Timing("recall", (None, (2.0,), (3.0,)))
    assert timing.reference == 1
    assert timing.ratio(0) is timing.spread(0) is None
    assert timing.ratio(2) == Spread(1.5, 1.5, 1.5)
    assert Timing("recall", (None,)).reference is None


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=30))
def test_quartiles_enclose_the_median(values: list[float]) -> None:
    found = spread(values)
    assert min(values) <= found.low <= found.median <= found.high <= max(values)


def test_nothing_has_no_median_and_no_round_is_none() -> None:
    with pytest.raises(ValueError, match="no values"):
        spread([])
    with pytest.raises(ValueError, match="a round at least"):
        take_turns("see", [lambda: None], 0)
