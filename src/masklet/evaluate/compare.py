"""Two records compared object by object: a paired bootstrap over sequences.

What is hard for one model is mostly hard for the other, so the difference of two means is far surer than either mean.
Every object counts with its own difference, and whole sequences are drawn anew (see `bootstrap`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from masklet.errors import InputError
from masklet.evaluate.bootstrap import DRAWS, LEVEL, Interval, cluster_sums, ends, resampled, sequence_of
from masklet.evaluate.display import name_of
from masklet.evaluate.record import Item, Record
from masklet.evaluate.summary import DESCRIBING

Name = tuple[str, str, str]
"""An item: source, sequence, object."""


@dataclass(frozen=True)
class Difference:
    """One figure in both records, over the objects that are in both.

    first, second: the means. difference: second less first, with its interval. probability: in what share of the
    sets of sequences drawn anew the second has the larger figure; None with fewer than 2 sequences.
    """

    figure: str
    first: float
    second: float
    difference: Interval
    probability: float | None

    @property
    def sure(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and not low <= 0 <= high


@dataclass(frozen=True)
class Pair:
    """One object in both records: its figures, by name."""

    name: Name
    first: dict[str, float]
    second: dict[str, float]


@dataclass(frozen=True)
class Comparison:
    """Two records side by side. only_first, only_second: objects in one of them alone. remarks: what else differs."""

    first: Record = field(repr=False)
    second: Record = field(repr=False)
    differences: tuple[Difference, ...]
    pairs: tuple[Pair, ...] = field(repr=False)
    only_first: tuple[Name, ...]
    only_second: tuple[Name, ...]
    remarks: tuple[str, ...]


def compare_records(first: Record, second: Record, *, draws: int = DRAWS, seed: int = 0) -> Comparison:
    """All figures that every object of both records has, their differences, and how sure these are.

    A figure that some objects lack (clicks to a J&F that they never reached) is left out and named in the remarks: a
    mean over the others would flatter the worse of the two.

    Raises InputError when the two are of different kinds or have no object in common.
    """
    if first.kind != second.kind and {first.kind, second.kind} != {"vos", "predictions"}:  # masks of two tools
        raise InputError(f"{first.kind} cannot be compared with {second.kind}; give two records of one command")
    ours, theirs = _by_name(first), _by_name(second)
    common = [name for name in ours if name in theirs]
    pairs = [Pair(name, dict(ours[name].figures), dict(theirs[name].figures)) for name in common]
    having = {
        name: sum(name in pair.first and name in pair.second for pair in pairs)
        for name in dict.fromkeys(name for pair in pairs for name in (*pair.first, *pair.second))
        if name not in DESCRIBING
    }
    figures = [name for name, count in having.items() if count == len(pairs) > 0]
    partial = [
        f"{name_of(name)}: left out, {count} of {len(pairs)} objects have it in both records"
        for name, count in having.items()
        if count < len(pairs)
    ]
    if not figures:
        raise InputError(
            f"the records of {first.data} and {second.data} have no object in common; evaluate both on one set"
        )
    return Comparison(
        first,
        second,
        tuple(_difference(name, pairs, ours, draws, seed) for name in figures),
        tuple(pairs),
        tuple(name for name in ours if name not in theirs),
        tuple(name for name in theirs if name not in ours),
        (*_remarks(first, second), *partial),
    )


def said(names: Sequence[Name], most: int = 10) -> str:
    """Items in words, at most so many: "street 1, street 2 and 3 more"."""
    listed = ", ".join(" ".join(part for part in name if part) for name in names[:most])
    return f"{listed} and {len(names) - most} more" if len(names) > most else listed


def _by_name(record: Record) -> dict[Name, Item]:
    found: dict[Name, Item] = {}
    for one in record.items:
        name = (one.source, one.sequence, str(one.object))
        if name in found:
            raise InputError(f"the record of {record.data} has {said([name])} twice; evaluate again")
        found[name] = one
    return found


def _difference(figure: str, pairs: Sequence[Pair], items: dict[Name, Item], draws: int, seed: int) -> Difference:
    both = [pair for pair in pairs if figure in pair.first and figure in pair.second]
    first = np.array([pair.first[figure] for pair in both])
    second = np.array([pair.second[figure] for pair in both])
    each = second - first
    sums, counts = cluster_sums(each[:, None], [sequence_of(items[pair.name]) for pair in both])
    clusters, value = len(sums), float(each.mean())
    if clusters < 2:
        nothing = Interval(value, None, None, LEVEL, clusters, len(both))
        return Difference(figure, float(first.mean()), float(second.mean()), nothing, None)
    drawn = resampled(sums, counts, draws, np.random.default_rng(seed))[:, 0]
    low, high = ends(drawn, LEVEL, clusters, clusters - 1)
    probability = float((drawn > 0).mean() + (drawn == 0).mean() / 2)
    interval = Interval(value, low, high, LEVEL, clusters, len(both))
    return Difference(figure, float(first.mean()), float(second.mean()), interval, probability)


def _remarks(first: Record, second: Record) -> list[str]:
    """Settings that differ beside the model, since then the difference is not the model's alone."""
    settings = dict.fromkeys([*first.protocol, *second.protocol])
    remarks = [
        f"{name} differs: {first.protocol.get(name, '–')} and {second.protocol.get(name, '–')}"
        for name in settings
        if first.protocol.get(name) != second.protocol.get(name)
    ]
    if first.data != second.data:
        remarks.append(f"data differs: {first.data} and {second.data}")
    if first.version != second.version:
        remarks.append(f"masklet's version differs: {first.version} and {second.version}")
    return remarks
