"""Times that can be compared: taken in turns, given with their spread, set in relation round by round.

A machine's speed drifts: clocks change, neighbours come and go. So the contestants take turns (A B A B …), and a
ratio is the middle of the ratios of single rounds, in which both met the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

MOST_TIMES = 20  # that a short task is done in one turn


@dataclass(frozen=True)
class Spread:
    """Many values in three: their median and quartiles."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and the quartiles. Raises ValueError when there is nothing."""
    if not values:
        raise ValueError("no values to take the median of")
    low, median, high = np.percentile(np.asarray(values, np.float64), (25, 50, 75)).tolist()
    return Spread(median, low, high)


@dataclass(frozen=True)
class Timing:
    """How long each contestant took for one thing.

    name: of the thing. seconds: per contestant its rounds, the i-th of all having been taken next to each other; None
    for one that cannot do it. reference: the first contestant who can, which the ratios relate to.
    """

    name: str
    seconds: tuple[tuple[float, ...] | None, ...]

    @property
    def reference(self) -> int | None:
        """Which contestant the ratios relate to; None when none could do it."""
        return next((i for i, rounds in enumerate(self.seconds) if rounds is not None), None)

    def spread(self, contestant: int) -> Spread | None:
        """Seconds of a contestant."""
        rounds = self.seconds[contestant]
        return None if rounds is None else spread(rounds)

    def ratio(self, contestant: int) -> Spread | None:
        """A contestant's time in relation to the reference's: 2 is twice as long, 0.5 half as long."""
        rounds = self.seconds[contestant]
        if rounds is None or self.reference is None:
            return None
        others = self.seconds[self.reference]
        assert others is not None
        return spread([own / other for own, other in zip(rounds, others, strict=True)])


def take_turns(
    name: str,
    tasks: Sequence[Callable[[], object] | None],
    rounds: int,
    *,
    least: float = 0.05,
    step: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Timing:
    """Times the tasks, one per contestant, in turns; a first round is not counted, since much is made ready in it.

    tasks: None for a contestant that cannot do it; a task ends when its result is there. rounds: 1 or more. least:
    seconds that a turn takes at least; a shorter task is done several times in it, and the mean counts. step: called
    after every turn. clock: seconds, of any origin.
    """
    if rounds < 1:
        raise ValueError(f"a time needs a round at least, not {rounds}")
    taken: list[list[float]] = [[] for _ in tasks]
    times = [1] * len(tasks)
    for turn in range(rounds + 1):
        for i, task in enumerate(tasks):
            if task is None:
                continue
            start = clock()
            for _ in range(times[i]):
                task()
            seconds = (clock() - start) / times[i]
            if turn:
                taken[i].append(seconds)
            else:
                times[i] = min(MOST_TIMES, max(1, ceil(least / max(seconds, 1e-9))))
            if step:
                step()
    return Timing(name, tuple(None if task is None else tuple(own) for task, own in zip(tasks, taken, strict=True)))
