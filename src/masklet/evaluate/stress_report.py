"""Which limit costs how much: figures of a stress run, as a record, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from masklet import __version__
from masklet.errors import InputError
from masklet.evaluate.answers import name_of
from masklet.evaluate.bootstrap import Interval
from masklet.evaluate.record import FrameFigures, Item, Record
from masklet.evaluate.stress import EASY, Limit, ObjectRun, StressRun
from masklet.evaluate.stress_costs import cost_of
from masklet.evaluate.stress_metrics import (
    FOUND,
    WINDOW,
    false_mask_rate,
    other_rate,
    presence_auc,
    returns,
    score_error,
    seen_scores,
)

CLEAR = 0.1
"""Frames that show less of an object than this are left out of the second presence figure: whether a sliver of a thing
is there is a matter of taste."""


@dataclass(frozen=True)
class LimitFigures:
    """One limit's figures, over its objects (of the clips with a subject, over the subjects).

    jf, j, f: over the frames on which an object is seen. cost: how much less J&F than the same objects have in the
    easy clips, the mean over clips with its interval; None for the easy ones.
    returns: how often an object came back or stood elsewhere after a cut; found: the share of these after which it was
    found within 20 frames; delay: after how many frames, the mean of those that were.
    absent: frames without the object; false_masks: the share of these on which a mask is shown.
    others: the share of frames on which the mask lies on another object; switches: how often another object's mask took
    it over, per object (identity.id_switches).
    presence_auc, presence_auc_clear, iou_error: over all objects of the clips, see stress_metrics; of limits with a
    subject, which comes and goes. None where there was nothing to count.
    """

    limit: Limit
    objects: int
    jf: float
    j: float
    f: float
    cost: Interval | None
    returns: int
    found: float | None
    delay: float | None
    absent: int
    false_masks: float | None
    others: float
    switches: float
    presence_auc: float | None
    presence_auc_clear: float | None
    iou_error: float | None


@dataclass(frozen=True)
class StressReport:
    """limits: the easy reference, then the others, the dearest first. presence_auc, presence_auc_clear, iou_error:
    means over the limits in which an object leaves or is covered, so that long covers do not outweigh the others;
    None when none was run."""

    run: StressRun
    limits: tuple[LimitFigures, ...]
    presence_auc: float | None
    presence_auc_clear: float | None
    iou_error: float | None


def report_stress(run: StressRun) -> StressReport:
    """The figures of a run. Raises InputError when no object was seen after it was given."""
    by_limit: dict[str, list[ObjectRun]] = {}
    for one in run.objects:
        by_limit.setdefault(one.limit.name, []).append(one)
    easy = by_limit.get(EASY.name, [])
    figures = [_figures(objects, easy) for objects in by_limit.values()]
    figures.sort(key=lambda one: -np.inf if one.cost is None else -one.cost.value)
    return StressReport(
        run,
        tuple(figures),
        _mean(one.presence_auc for one in figures),
        _mean(one.presence_auc_clear for one in figures),
        _mean(one.iou_error for one in figures),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def stress_record(
    report: StressReport, *, model: str, materials: str, command: str, machine: str, seconds: float
) -> Record:
    """The run as a record of the kind "stress": figures named FIGURE@LIMIT, items whose source is their limit."""
    suite = report.run.suite
    figures: dict[str, float] = {}
    for one in report.limits:
        figures |= {f"{name}@{one.limit.name}": value for name, value in _named(one).items() if value is not None}
    for name in ("presence_auc", "presence_auc_clear", "iou_error"):
        value = getattr(report, name)
        if value is not None:
            figures[name] = value
    items = tuple(_item(one) for one in report.run.objects if _counts(one) and seen_scores(one.frames))
    return Record(
        kind="stress",
        model=model,
        data=f"synthetic clips ({materials})",
        protocol={
            "given": name_of(suite.given),
            "clips": max(map(suite.count, suite.limits)),
            "seed": suite.seed,
            "size": f"{suite.size[1]}x{suite.size[0]}",
            "quick": suite.quick,
            "frames": "those on which the object is seen",
            "found": f"IoU {FOUND} within {WINDOW} frames",
        },
        command=command,
        version=__version__,
        machine=machine,
        seconds=seconds,
        figures=figures,
        items=items,
    )


def stress_lines(report: StressReport) -> list[str]:
    """A table for people, in per cent; "–" where there was nothing to count."""
    head = (
        "limit",
        "J&F",
        "costs",
        "95 % interval",
        "found again",
        "after",
        "false masks",
        "on others",
        "switches",
        "presence AUC",
    )
    rows = [head, *(_row(one) for one in report.limits)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]))
    tail = []
    if report.presence_auc is not None and report.presence_auc_clear is not None:
        tail.append(
            f"presence AUC {report.presence_auc:.3f}, without frames that show under {CLEAR:.0%} of an object "
            f"{report.presence_auc_clear:.3f}"
        )
    if report.iou_error is not None:
        tail.append(f"predicted IoU is off by {report.iou_error:.3f} in the mean")
    return [*lines, *tail]


def _row(one: LimitFigures) -> tuple[str, ...]:
    cost, ends = "", ""
    if one.cost is not None:
        cost = f"{100 * one.cost.value:+.1f}"
        if one.cost.low is not None and one.cost.high is not None:
            ends = f"{100 * one.cost.low:+.1f} … {100 * one.cost.high:+.1f}" + (" (few)" if one.cost.few else "")
    found = "–" if one.found is None else f"{_percent(one.found)} of {one.returns}"
    delay = "–" if one.delay is None else f"{one.delay:.1f} frames"
    false = "–" if one.false_masks is None else f"{_percent(one.false_masks)} of {one.absent}"
    return (
        one.limit.name, _percent(one.jf), cost, ends, found, delay, false, _percent(one.others), f"{one.switches:.2f}",
        "–" if one.presence_auc is None else f"{one.presence_auc:.3f}",
    )  # fmt: skip


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _counts(one: ObjectRun) -> bool:
    return one.limit.subject in (None, one.number)


def _figures(objects: Sequence[ObjectRun], easy: Sequence[ObjectRun]) -> LimitFigures:
    limit = objects[0].limit
    subjects = [one for one in objects if _counts(one)]
    scores = [found for one in subjects if (found := seen_scores(one.frames))]
    if not scores:
        raise InputError(f"{limit.name}: no object is seen after it was given; make clips longer or larger")
    j, f = (float(v) for v in np.mean(scores, axis=0))
    back = [found for one in subjects for found in returns(one.frames, one.cuts)]
    delays = [found.delay for found in back if found.delay is not None]
    frames = [frame for one in subjects for frame in one.frames]
    every = [frame for one in objects for frame in one.frames] if limit.subject is not None else []
    return LimitFigures(
        limit=limit,
        objects=len(subjects),
        jf=(j + f) / 2,
        j=j,
        f=f,
        cost=None if limit is EASY else _cost(limit, subjects, easy),
        returns=len(back),
        found=len(delays) / len(back) if back else None,
        delay=float(np.mean(delays)) if delays else None,
        absent=sum(frame.visible == 0 for frame in frames),
        false_masks=false_mask_rate(frames),
        others=other_rate(frames),
        switches=float(np.mean([one.switches for one in subjects])),
        presence_auc=presence_auc(every),
        presence_auc_clear=presence_auc(every, least=CLEAR),
        iou_error=score_error(every),
    )


def _cost(limit: Limit, subjects: Sequence[ObjectRun], easy: Sequence[ObjectRun]) -> Interval | None:
    """Easy less difficult, clip by clip, in J&F of the same things."""
    same = [one for one in easy if limit.subject in (None, one.number)]
    return cost_of(_by_clip(subjects), _by_clip(same))


def _by_clip(objects: Sequence[ObjectRun]) -> Mapping[int, float]:
    """J&F of each clip, the mean over its objects."""
    found: dict[int, list[float]] = {}
    for one in objects:
        scores = seen_scores(one.frames)
        if scores:
            found.setdefault(one.clip, []).append(sum(scores) / 2)
    return {clip: float(np.mean(values)) for clip, values in found.items()}


def _named(one: LimitFigures) -> dict[str, float | None]:
    return {
        "jf": one.jf,
        "j": one.j,
        "f": one.f,
        "cost": None if one.cost is None else one.cost.value,
        "found": one.found,
        "delay": one.delay,
        "false_masks": one.false_masks,
        "others": one.others,
        "switches": one.switches,
        "presence_auc": one.presence_auc,
        "presence_auc_clear": one.presence_auc_clear,
        "iou_error": one.iou_error,
    }


def _item(one: ObjectRun) -> Item:
    j, f = seen_scores(one.frames) or (0.0, 0.0)
    figures = {"jf": (j + f) / 2, "j": j, "f": f, "others": other_rate(one.frames), "switches": one.switches}
    false = false_mask_rate(one.frames)
    back = returns(one.frames, one.cuts)
    if false is not None:
        figures["false_masks"] = false
    if back:
        figures["found"] = sum(found.delay is not None for found in back) / len(back)
    frames = tuple(FrameFigures(f.index, f.j, f.f, f.j, f.visible > 0, f.shown) for f in one.frames)
    return Item(f"{one.limit.name}-{one.clip:04d}", one.number, one.limit.name, figures, frames)
