"""A data set of one format into another: looked through first, then item by item, and going on where it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from masklet.data.sets.adapt import as_kind
from masklet.data.sets.files import flat_name
from masklet.data.sets.issues import DataError, Issue, Issues
from masklet.data.sets.job import Job, lay_into, mark_of, staging
from masklet.data.sets.layouts import layout_named, open_set
from masklet.data.sets.losses import Loss, Tally, fitted, losses_of, losses_of_kind, losses_of_set
from masklet.data.sets.sav import Which
from masklet.data.sets.seam import DataSet, Layout
from masklet.data.sets.values import About, Item
from masklet.data.sets.workers import over
from masklet.errors import InputError, OutputError
from masklet.media.files import atomic_write

Progress = Callable[[str, int, int], None]
"""Called with "looking" or "writing", how many items are done, and how many there are."""


@dataclass(frozen=True)
class Order:
    """What is to be converted. layout: the source's format, None to tell it by its contents.

    split: only the items of that list. lossy: leave out what the format cannot hold instead of refusing.
    exact: pixels that must be encoded anew stay what they are, in PNGs and lossless videos.
    """

    source: Path
    target: Path
    to: str
    layout: str | None = None
    masklets: Which = "both"
    split: str | None = None
    lossy: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Conversion:
    """What was done. items: how many were written. left_out: names of those that could not be."""

    source_layout: str
    layout: str
    items: int
    left_out: tuple[str, ...]
    losses: tuple[Loss, ...]
    notes: tuple[Loss, ...]
    issues: Issues = field(repr=False)


def survey(order: Order, *, workers: int = 1, progress: Progress | None = None) -> tuple[Tally, Issues]:
    """What the format cannot hold of the set, and what is wrong with it; reads all annotations, writes nothing."""
    work = _Work(order)
    tally, issues, taken, used = Tally(), Issues(), Counter[str](), set[str]()
    for loss in losses_of_set(work.about, work.layout.holds, len(work.names)):
        tally.add(loss)
    for done, looked in enumerate(over(_Work, order, _look, work.numbers, workers), 1):
        for loss in looked.losses:
            tally.add(loss)
        for issue in looked.issues:
            issues.take(issue)
        taken.update(looked.names)
        used |= looked.categories
        if progress:
            progress("looking", done, len(work.numbers))
    unused = sorted({category.name for category in work.about.categories} - used)
    if unused and not work.layout.holds.set_fields:
        tally.add(Loss("categories that no object has", len(unused), unused[0]))
    twice = [name for name, count in taken.items() if count > 1]
    if twice:
        raise DataError(f"{order.target}: two items would have the name {twice[0]!r} there; rename one of them")
    for issue in work.data.issues:
        issues.take(issue)
    return tally, issues


def convert(order: Order, *, workers: int = 1, progress: Progress | None = None) -> Conversion:
    """Convert a set. What was stopped, also by a crash, goes on when it is called again, and ends with the same files.

    Items that cannot be read are left out and told of. workers: processes; the result is the same for any number.
    Raises DataError when the format cannot hold all and the order is not lossy (nothing is written then); OutputError
    when the target holds something else or cannot be written.
    """
    work = _Work(order)
    described = {**_described(order), "from": work.data.layout, "items": len(work.numbers)}
    with Job(order.target, described) as job:
        try:
            tally, issues = _kept(job.kept()) or survey(order, workers=workers, progress=progress)
            if tally.losses and not order.lossy:
                raise DataError(refusal(work.layout, tally.losses))
        except BaseException:
            job.give_up()
            raise
        job.keep({"losses": [asdict(loss) for loss in (*tally.losses, *tally.notes)], "issues": issues.as_json()})
        job.begin()
        todo = [number for number in work.numbers if not job.is_done(number)]
        for done, _ in enumerate(over(_Work, order, _write, todo, workers), len(work.numbers) - len(todo) + 1):
            if progress:
                progress("writing", done, len(work.numbers))
        count = len(work.numbers)
        left_out = []
        for number in work.numbers:
            note = job.note(number)
            left_out += note["left_out"]
            for issue in note["issues"]:
                if issue["kind"] == "cannot be written":
                    issues.take(Issue(**issue))
        records = job.records(count)
        work.layout.finish(work.about_to_write(left_out), records, order.target)
        written = sum(1 for _ in records)
        job.finish()
    return Conversion(
        work.data.layout, work.layout.name, written, tuple(left_out), tuple(tally.losses), tuple(tally.notes), issues
    )


def refusal(layout: Layout, losses: Sequence[Loss]) -> str:
    """One line on what is not held."""
    return f"{layout.title} cannot hold {listed(losses)}; --lossy converts without them"


def listed(losses: Sequence[Loss]) -> str:
    """The losses, counted, in one line."""
    return "; ".join(
        f"{loss.count:,} × {loss.what}" + (f" (first: {loss.example})" if loss.example else "") for loss in losses
    )


def _kept(survey: dict[str, Any] | None) -> tuple[Tally, Issues] | None:
    if survey is None:
        return None
    tally, issues = Tally(), Issues()
    for loss in survey["losses"]:
        tally.add(Loss(**loss))
    for issue in survey["issues"]["issues"]:
        issues.take(Issue(**issue))
    issues.counts = Counter(survey["issues"]["kinds"])
    return tally, issues


class _Work:
    """The opened source and the target's format; each process has its own."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.layout = layout_named(order.to)
        _keep_apart(order)
        self.data: DataSet = open_set(order.source, layout=order.layout, masklets=order.masklets)
        self.names = list(self.data.names())
        self.about = self.data.about
        if order.split is not None:
            if order.split not in self.about.splits:
                known = ", ".join(self.about.splits) or "none"
                raise DataError(f"{order.source}: has no list {order.split!r}; there are {known}")
            self.names = list(self.about.splits[order.split])
            kept = {order.split: tuple(self.names)} if self.layout.holds.splits else {}
            self.about = replace(self.about, splits=kept)
        if not self.names:
            raise DataError(f"{order.source}: the set has no items")
        self.numbers = range(len(self.names))

    def about_to_write(self, left_out: Sequence[str]) -> About:
        """About the set, its lists with the names that are written."""
        gone = set(left_out)
        if self.layout.holds.kind != self.data.kind:
            return replace(self.about, splits={})
        splits = {
            split: tuple(n if self.layout.holds.folders else flat_name(n) for n in names if n not in gone)
            for split, names in self.about.splits.items()
        }
        return replace(self.about, splits=splits)


def _keep_apart(order: Order) -> None:
    """The result must not become a part of what is read."""
    if order.source.is_dir() and order.target.resolve().is_relative_to(order.source.resolve()):
        raise OutputError(f"{order.target}: lies in the set that is converted; give a folder elsewhere")


@dataclass(frozen=True)
class _Looked:
    losses: tuple[Loss, ...]
    issues: tuple[Issue, ...]
    names: tuple[str, ...]
    categories: frozenset[str] = frozenset()


def _look(work: _Work, number: int) -> _Looked:
    holds = work.layout.holds
    issues = Issues()
    item = _read(work, number, issues)
    if item is None:
        return _Looked((), tuple(issues), ())
    losses = list(losses_of_kind(item, holds))
    names = []
    for one in as_kind(item, holds.kind):
        losses += losses_of(one, holds, exact=work.order.exact)
        names.append(one.name if holds.folders else flat_name(one.name))
    categories = frozenset(thing.category for thing in item.things if thing.category is not None)
    return _Looked(tuple(losses), tuple(issues), tuple(names), categories)


def _write(work: _Work, number: int) -> None:
    """One item's files, then its mark: an item without one is written anew."""
    target = work.order.target
    issues = Issues()
    item = _read(work, number, issues)
    records: list[dict[str, Any]] = []
    left_out = []
    part = staging(target, number)
    if item is None:
        left_out.append(work.names[number])
    else:
        try:
            for one in as_kind(item, work.layout.holds.kind):
                fit = fitted(one, work.layout.holds)
                records.append(work.layout.write(fit, part, exact=work.order.exact))
        except InputError as error:  # a picture that only decoding shows to be broken
            records, left_out, part = [], [item.name], staging(target, number)
            issues.add(item.name, "cannot be written", str(error))
    lay_into(part, target)
    note = {"records": records, "left_out": left_out, "issues": [issue.as_json() for issue in issues]}
    with atomic_write(mark_of(target, number), sync=False) as temporary:
        temporary.write_text(json.dumps(note), encoding="utf-8")


def _read(work: _Work, number: int, issues: Issues) -> Item | None:
    before, work.data.issues = work.data.issues, issues
    try:
        return work.data.read(work.names[number])
    finally:
        work.data.issues = before


def _described(order: Order) -> dict[str, Any]:
    """The order in words that are the same whenever the same is meant."""
    return {
        "masklet_conversion": 1,
        "source": str(order.source.resolve()),
        "to": order.to,
        "masklets": order.masklets,
        "split": order.split,
        "lossy": order.lossy,
        "exact": order.exact,
    }
