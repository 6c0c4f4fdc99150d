"""Figures by groups of objects, and whether the gap between groups is more than chance: SAM 2's fairness table.

Ravi et al. (SAM 2, 2024, appendix) give J&F for people by gender and age, after 1 click, 3 clicks and a mask. Here
every group has a confidence interval over sequences, and the largest gap between two groups of an attribute a
permutation test at the level of sequences: were the attribute without meaning, how often would a gap at least as wide
come about? As many gaps are tested as there are attributes and columns, so p is corrected by Holm ("A simple
sequentially rejective multiple test procedure", 1979): the chance that any gap is called real when none is stays below
5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from masklet.errors import InputError
from masklet.evaluate.attributes import Attributes
from masklet.evaluate.bootstrap import DRAWS, FEW, LEVEL, Interval, cluster_sums, ends, interval, resampled, sequence_of
from masklet.evaluate.permutation import gap_chance, largest_gap, room
from masklet.evaluate.record import Item, Record


@dataclass(frozen=True)
class GroupFigure:
    """One group's mean over its objects."""

    group: str
    interval: Interval


@dataclass(frozen=True)
class Gap:
    """The largest gap between two groups of an attribute.

    low, high: the interval of the difference of these two groups over sequences. p: how often a gap at least as wide
    comes about by chance. p_corrected: the same by Holm, over all gaps of the report. least_p, held: what the test
    could find at all, see permutation.room.
    """

    best: str
    worst: str
    gap: float
    low: float
    high: float
    p: float
    p_corrected: float
    least_p: float
    held: float

    @property
    def more_than_chance(self) -> bool:
        """Whether the corrected p is below 5 %."""
        return self.p_corrected < 1 - LEVEL


@dataclass(frozen=True)
class Cell:
    """One attribute in one column. gap: None when it was not tested; why then says why."""

    attribute: str
    column: str
    groups: tuple[GroupFigure, ...]
    gap: Gap | None
    why: str
    unknown: int


@dataclass(frozen=True)
class GroupReport:
    """Groups by attribute, one cell per attribute and column. tested: over how many gaps p was corrected."""

    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    cells: tuple[Cell, ...]
    tested: int
    smallest: int
    draws: int
    seed: int
    remarks: tuple[str, ...]


def compare_groups(
    columns: Sequence[tuple[str, Record, str]],
    attributes: Attributes,
    *,
    smallest: int = FEW,
    draws: int = DRAWS,
    seed: int = 0,
    skip_unknown: bool = False,
) -> GroupReport:
    """The figures of every group, with intervals, and the largest gap of every attribute with its test.

    columns: (heading, record, figure's name). smallest: groups of fewer sequences are shown and not tested.
    skip_unknown: lines of sequences that no record has are passed over.

    Raises InputError when a record has no such figure, the CSV has unknown names, or no attribute has two groups.
    """
    everything = [item for _, record, _ in columns for item in record.items]
    if not skip_unknown:
        attributes.check_known(everything)
    cells = [
        _cell(name, heading, _items(record, figure), figure, attributes, smallest, draws, seed)
        for name in attributes.names
        for heading, record, figure in columns
    ]
    if not any(cell.groups for cell in cells):
        raise InputError(f"{attributes.path}: none of its lines is of a sequence in the record; correct the names")
    if all(len(cell.groups) < 2 for cell in cells):
        first = cells[0]
        only = first.groups[0].group if first.groups else ""
        raise InputError(
            f"{attributes.path}: {first.attribute!r} has one group only ({only!r}); there is nothing to compare"
        )
    cells = _corrected(cells)
    tested = sum(cell.gap is not None for cell in cells)
    headings = tuple(heading for heading, _, _ in columns)
    return GroupReport(
        headings, attributes.names, tuple(cells), tested, smallest, draws, seed, _remarks(cells, attributes.names)
    )


def holm(chances: Sequence[float]) -> list[float]:
    """p corrected for as many tests as there are, in the order given (Holm 1979)."""
    corrected, so_far = [0.0] * len(chances), 0.0
    for rank, i in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        so_far = max(so_far, min(1.0, (len(chances) - rank) * chances[i]))
        corrected[i] = so_far
    return corrected


def _items(record: Record, figure: str) -> list[Item]:
    items = [one for one in record.items if figure in one.figures]
    if not items:
        known = ", ".join(sorted({name for one in record.items for name in one.figures})) or "none"
        raise InputError(f"the record of {record.data} has no figure {figure!r} of its objects; there are {known}")
    return items


def _cell(
    name: str,
    heading: str,
    items: Sequence[Item],
    figure: str,
    attributes: Attributes,
    smallest: int,
    draws: int,
    seed: int,
) -> Cell:
    groups = attributes.groups_of(name, items)
    known = [(one, group) for one, group in zip(items, groups, strict=True) if group is not None]
    shown = []
    for group in sorted({group for _, group in known}):
        part = [one for one, its in known if its == group]
        values, clusters = [one.figures[figure] for one in part], [sequence_of(one) for one in part]
        shown.append(GroupFigure(group, interval(values, clusters, draws=draws, seed=seed)))
    large = {one.group for one in shown if one.interval.sequences >= smallest}
    gap, why = None, ""
    if len(shown) < 2:
        why = "one group only" if shown else "no line of it is of a sequence in the record"
    elif len(large) < 2:
        why = f"fewer than two groups have {smallest} sequences"
    else:
        part_known = [(one, group) for one, group in known if group in large]
        gap = _gap([one for one, _ in part_known], [group for _, group in part_known], figure, draws, seed)
    return Cell(name, heading, tuple(shown), gap, why, len(items) - len(known))


def _gap(items: Sequence[Item], groups: Sequence[str], figure: str, draws: int, seed: int) -> Gap:
    names = sorted(set(groups))
    which = np.array([names.index(group) for group in groups])
    values = np.array([one.figures[figure] for one in items])
    clusters = [sequence_of(one) for one in items]
    best, worst, gap = largest_gap(values, which, len(names))
    rng = np.random.default_rng(seed)
    p = gap_chance(values, which, clusters, draws=draws, rng=rng)
    # Both groups are drawn together, since objects of both may lie in one sequence.
    pair = np.stack([np.where(which == group, values, np.nan) for group in (best, worst)], axis=1)
    inside = np.flatnonzero((which == best) | (which == worst))
    sums, counts = cluster_sums(pair[inside], [clusters[i] for i in inside])
    means = resampled(sums, counts, draws, rng)
    low, high = ends(means[:, 0] - means[:, 1], LEVEL, len(sums), max(1, len(sums) - 2))
    return Gap(names[best], names[worst], gap, low, high, p, p, *room(which, clusters))


def _corrected(cells: Sequence[Cell]) -> list[Cell]:
    corrected = iter(holm([cell.gap.p for cell in cells if cell.gap]))
    return [replace(c, gap=replace(c.gap, p_corrected=next(corrected))) if c.gap else c for c in cells]


def _remarks(cells: Sequence[Cell], attributes: Sequence[str]) -> tuple[str, ...]:
    """What a reader must know before believing the table, once per attribute."""
    remarks = []
    for name in attributes:
        cell = next(cell for cell in cells if cell.attribute == name)
        gap = next((one.gap for one in cells if one.attribute == name and one.gap), None)
        if cell.why:
            remarks.append(f"{name}: not tested, {cell.why}")
        if gap and gap.least_p > 1 - LEVEL:
            remarks.append(f"{name}: so few sequences can be dealt out anew that p is {gap.least_p:.2g} or more")
        if gap and gap.held > 0.5:
            remarks.append(
                f"{name}: {100 * gap.held:.0f} % of objects keep their group in every deal, since other sequences have "
                "objects of several groups and few are of one size; a gap among these objects cannot be seen"
            )
        tiny = [f"{one.group} ({one.interval.sequences})" for one in cell.groups if one.interval.few]
        if tiny:
            remarks.append(f"{name}: few sequences, intervals are a rough guide: {', '.join(tiny)}")
        if cell.unknown:
            remarks.append(f"{name}: not known of {cell.unknown} objects, which are left out")
    return tuple(remarks)
