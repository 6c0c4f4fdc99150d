"""Where a model fails: a record's figures by source, by object size and by kind of error, and the worst sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet.evaluate.bootstrap import Interval, interval, sequence_of
from masklet.evaluate.record import FrameFigures, Item, Record

SIZES = (
    ("small (below 0.3 % of the picture)", 0.003),
    ("medium (0.3 to 3 %)", 0.03),
    ("large (3 to 15 %)", 0.15),
    ("very large (above 15 %)", float("inf")),
)
"""Buckets by the part of the picture that an object covers; the first two bounds are COCO's 32x32 and 96x96 pixels of
a picture of 640x480."""

LOST = 0.1
"""Below this IoU an object that is visible counts as lost."""

LEAST_LOST = 3  # frames without it to the end, before it is called lost for good


@dataclass(frozen=True)
class Row:
    """One group of items: each figure with its interval, the main one first."""

    name: str
    intervals: Mapping[str, Interval]

    @property
    def interval(self) -> Interval:
        """That of the main figure."""
        return next(iter(self.intervals.values()))


@dataclass(frozen=True)
class ErrorKind:
    """One kind of frame. frames: how many. lost: its part of all the J that is missing (1 − J, summed over frames)."""

    name: str
    what: str
    frames: int
    lost: float


@dataclass(frozen=True)
class Ranked:
    """One sequence. value: the mean of its objects' main figure."""

    name: tuple[str, str]
    value: float
    items: tuple[Item, ...]


_KINDS: tuple[tuple[str, str, Callable[[FrameFigures], bool]], ...] = (
    ("false alarm", "a mask where the object is out of sight", lambda f: not f.truth_visible and f.predicted_visible),
    ("missed", "no mask though the object is visible", lambda f: f.truth_visible and not f.predicted_visible),
    ("elsewhere", "the mask lies on something else: IoU below 0.1", lambda f: f.truth_visible and f.iou < LOST),
    ("half", "a part of it, or much beside it: IoU 0.1 to 0.5", lambda f: f.truth_visible and f.iou < 0.5),
    ("rough", "the object with a rough outline: IoU 0.5 to 0.8", lambda f: f.truth_visible and f.iou < 0.8),
    ("good", "IoU of 0.8 and more, or rightly nothing", lambda _: True),
)


def error_kinds(items: Sequence[Item]) -> tuple[ErrorKind, ...]:
    """How many frames are wrong in which way, and what each way costs; empty when no frames were kept."""
    counts = np.zeros(len(_KINDS), int)
    missing = np.zeros(len(_KINDS))
    for frame in (frame for one in items for frame in one.frames):
        kind = kind_of(frame)
        counts[kind] += 1
        missing[kind] += 1 - frame.j
    if not counts.sum():
        return ()
    shares = missing / missing.sum() if missing.sum() > 0 else missing
    return tuple(
        ErrorKind(name, what, int(count), float(share))
        for (name, what, _), count, share in zip(_KINDS, counts, shares, strict=True)
    )


def kind_of(frame: FrameFigures) -> int:
    """The place of a frame's kind among those of `error_kinds`."""
    return next(place for place, (_, _, holds) in enumerate(_KINDS) if holds(frame))


def by_group(items: Sequence[Item], groups: Sequence[str | None], figures: Sequence[str]) -> tuple[Row, ...]:
    """A row per group, in the order in which the groups first occur; items of no group, or without figure, left out."""
    together: dict[str, list[Item]] = {}
    for one, group in zip(items, groups, strict=True):
        if group is not None and figures[0] in one.figures:
            together.setdefault(group, []).append(one)
    return tuple(Row(name, _intervals(part, figures)) for name, part in together.items())


def _intervals(items: Sequence[Item], figures: Sequence[str]) -> dict[str, Interval]:
    found = {}
    for figure in figures:
        of = [one for one in items if figure in one.figures]
        if of:
            found[figure] = interval([one.figures[figure] for one in of], [sequence_of(one) for one in of])
    return found


def by_source(record: Record, figures: Sequence[str]) -> tuple[Row, ...]:
    """A row per source, the worst first; empty when there is only one."""
    rows = by_group(record.items, [one.source or None for one in record.items], figures)
    return tuple(sorted(rows, key=lambda row: row.interval.value)) if len(rows) > 1 else ()


def by_size(items: Sequence[Item], sizes: Sequence[float | None], figures: Sequence[str]) -> tuple[Row, ...]:
    """A row per bucket of `SIZES` that has objects. sizes: the part of the picture of each item, None if not known."""
    names = [None if size is None else next(name for name, bound in SIZES if size < bound) for size in sizes]
    order = [name for name, _ in SIZES]
    return tuple(sorted(by_group(items, names, figures), key=lambda row: order.index(row.name)))


def sequences_by_value(record: Record, figure: str) -> tuple[Ranked, ...]:
    """All sequences, the worst first."""
    together: dict[tuple[str, str], list[Item]] = {}
    for one in record.items:
        if figure in one.figures:
            together.setdefault(sequence_of(one), []).append(one)
    found = [
        Ranked(name, float(np.mean([one.figures[figure] for one in part])), tuple(part))
        for name, part in together.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.value, one.name)))


def lost_from(item: Item) -> int | None:
    """The frame from which on the object is never found again though it is visible; None when it is not lost so."""
    start, seen = None, 0
    for frame in reversed(item.frames):
        if not frame.truth_visible:
            continue
        if frame.iou >= LOST:
            break
        start, seen = frame.index, seen + 1
    return start if seen >= LEAST_LOST else None


def along_the_track(items: Sequence[Item], parts: int = 10) -> tuple[tuple[float, float], ...]:
    """(part of the track in per cent, mean J there): how quality goes down with time; objects count alike."""
    sums, counts = np.zeros(parts), np.zeros(parts)
    for one in items:
        if len(one.frames) >= parts:
            which = np.arange(len(one.frames)) * parts // len(one.frames)
            each = np.bincount(which, [frame.j for frame in one.frames], minlength=parts)
            sums += each / np.bincount(which, minlength=parts)
            counts += 1
    return tuple((100 * (k + 0.5) / parts, float(sums[k] / counts[k])) for k in range(parts)) if counts.any() else ()
