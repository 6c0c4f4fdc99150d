"""What each limit costs, read from a stress record, the dearest first; and the same in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.evaluate.bootstrap import Interval, interval
from masklet.evaluate.record import Item, Record
from masklet.evaluate.stress import EASY, LIMITS


@dataclass(frozen=True)
class LimitCost:
    """One limit. cost: how much less J&F than the same things have in the easy clips, None for these themselves.

    figures: the record's others by name ("jf", "found", "delay", "false_masks", "others", "switches" …), fractions 0 to
    1, as far as there was something to count; see stress_report.LimitFigures.
    """

    name: str
    says: str
    cost: Interval | None
    figures: Mapping[str, float]

    @property
    def sure(self) -> bool:
        """Whether the cost's interval lies above 0."""
        return self.cost is not None and self.cost.low is not None and self.cost.low > 0


def limit_costs(record: Record) -> tuple[LimitCost, ...]:
    """All limits of a stress record, the dearest first and the easy clips last."""
    found = []
    for limit in LIMITS:
        end = f"@{limit.name}"
        figures = {name.removesuffix(end): value for name, value in record.figures.items() if name.endswith(end)}
        if not figures:
            continue
        hard = [one for one in record.items if one.source == limit.name]
        same = [one for one in record.items if one.source == EASY.name and limit.subject in (None, one.object)]
        cost = None if limit == EASY else cost_of(_by_clip(hard), _by_clip(same))
        found.append(LimitCost(limit.name, limit.says, cost, figures))
    return tuple(sorted(found, key=lambda one: np.inf if one.cost is None else -one.cost.value))


def cost_of(hard: Mapping[int, float], plain: Mapping[int, float]) -> Interval | None:
    """What is lost to a difficulty, by the J&F of each clip with it and without; None when no clip is in both."""
    clips = sorted(set(hard) & set(plain))
    return interval([plain[clip] - hard[clip] for clip in clips], clips) if clips else None


def limit_sentences(record: Record) -> Iterator[str]:
    """Which limits cost most, what is not found again, and where masks are shown of what is gone."""
    costs = [one for one in limit_costs(record) if one.cost is not None]
    dear = [one for one in costs if one.cost is not None and one.cost.value >= 0.01]
    if dear:
        yield f"What costs most J&F: {_listed([f'{one.name} ({_cost(one)})' for one in dear[:4]])}."
    cheap = [one.name for one in costs if one.cost is not None and one.cost.value < 0.01]
    if cheap:
        yield f"What costs less than 1 point of J&F, or nothing: {_listed(cheap)}."
    lost = [one for one in _rising(costs, "found") if one.figures["found"] < 1]
    if lost:
        yield f"Least often found again, of all times: {_listed(_with(lost[:3], 'found'))}."
    false = list(reversed(_rising(costs, "false_masks")))
    if false:
        none = false[0].figures["false_masks"] == 0
        most = [one for one in false[:3] if one.figures["false_masks"] > 0]
        yield (
            "No mask was shown of what is out of sight."
            if none
            else f"Masks of what is out of sight, on so many of these frames: {_listed(_with(most, 'false_masks'))}."
        )


def _by_clip(items: Sequence[Item]) -> dict[int, float]:
    """J&F of each clip, the mean over its objects; sequences are named LIMIT-CLIP."""
    found: dict[int, list[float]] = {}
    for one in items:
        found.setdefault(int(one.sequence.rpartition("-")[2]), []).append(one.figures["jf"])
    return {clip: float(np.mean(values)) for clip, values in found.items()}


def _rising(costs: Sequence[LimitCost], figure: str) -> list[LimitCost]:
    return sorted((one for one in costs if figure in one.figures), key=lambda one: one.figures[figure])


def _with(limits: Sequence[LimitCost], figure: str) -> list[str]:
    return [f"{one.name} ({100 * one.figures[figure]:.0f} %)" for one in limits]


def _cost(one: LimitCost) -> str:
    assert one.cost is not None
    return f"{100 * one.cost.value:.1f}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
