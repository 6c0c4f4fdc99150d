"""What `masklet data` says to people: tables and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from masklet.data.sets.check import Checked
    from masklet.data.sets.convert import Conversion
    from masklet.data.sets.seam import DataSet
    from masklet.data.sets.stats import Histogram, Stats

_SHOWN = 20  # issues in words; --json has them all
_BAR = 30  # characters


def check_lines(data: DataSet, checked: Checked) -> list[str]:
    """How much there is, and what is wrong with it."""
    objects = "masklets" if data.kind == "videos" else "objects"
    head = (
        f"{data.folder}: {data.layout}, {checked.items:,} {data.kind}, "
        + (f"{checked.frames:,} frames, " if data.kind == "videos" else "")
        + f"{checked.objects:,} {objects}, {checked.masks:,} masks"
    )
    if not len(data.issues):
        return [head, "Nothing is broken."]
    lines = [f"  {issue}" for issue in list(data.issues)[:_SHOWN]]
    rest = len(data.issues) - len(lines)
    return [head, *lines, *([f"  … and {rest:,} more (--json lists them)"] if rest else [])]


def conversion_lines(done: Conversion, target: Path) -> list[str]:
    """What was written, and what was not."""
    lines = [f"{target}: {done.layout}, {done.items:,} items"]
    lines += [f"  lost: {loss.count:,} × {loss.what} (first: {loss.example or 'the set'})" for loss in done.losses]
    lines += [f"  note: {loss.count:,} × {loss.what} (first: {loss.example})" for loss in done.notes]
    lines += [f"  left out: {name}" for name in done.left_out[:_SHOWN]]
    rest = len(done.left_out) - _SHOWN
    return [*lines, *([f"  … and {rest:,} more left out"] if rest > 0 else [])]


def stats_lines(stats: Stats) -> list[str]:
    """The table, then the histograms in text."""
    videos = stats.kind == "videos"
    objects = "masklets" if videos else "objects"
    rows: list[tuple[str, str]] = [("format", stats.layout), (stats.kind, f"{stats.items:,}")]
    if videos:
        rows += [
            ("hours", "not known (give --fps)" if stats.hours is None else f"{stats.hours:.4g}"),
            ("frames", f"{stats.frames:,}"),
            ("annotated frames", f"{stats.annotated_frames:,}"),
        ]
    rows += [(objects, f"{stats.objects:,}"), ("masks", f"{stats.masks:,}")]
    if stats.disappear is not None:
        rows.append(("disappearance rate", f"{stats.disappear:.1%}"))
    if stats.mean_size is not None and stats.below_tenth is not None:
        rows.append(("mean mask size", f"{stats.mean_size:.2%} of the picture; {stats.below_tenth:.1%} are below 10%"))
    if stats.mean_duration is not None:
        rows.append(("mean duration", f"{stats.mean_duration:.3g} {stats.duration_unit}"))
    buckets = ", ".join(f"{count:,} {name}" for name, count in stats.buckets.items())
    rows.append(("mean area", f"{buckets} (of 32² and 96² pixels)"))
    sizes = ", ".join(f"{w}x{h} ({count:,})" for (w, h), count in stats.resolutions[:4])
    rows.append(("resolution", sizes + (" …" if len(stats.resolutions) > 4 else "")))
    if stats.categories:
        named = ", ".join(f"{name} ({count:,})" for name, count in stats.categories[:6])
        rows.append(("categories", f"{len(stats.categories):,}: {named}" + (" …" if len(stats.categories) > 6 else "")))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    lines += ["", "masks by their part of the picture", *_bars(stats.sizes, 100, "%")]
    if videos:
        lines += ["", f"masklets by duration ({stats.duration_unit})", *_bars(stats.durations, 1, "")]
    return lines


def _bars(histogram: Histogram, scale: float, unit: str) -> Iterator[str]:
    highest = max(histogram.counts) or 1
    names = _names(histogram.edges, scale, unit)
    width = max(len(name) for name in names)
    for name, count in zip(names, histogram.counts, strict=True):
        yield f"  {name:>{width}}  {'█' * round(_BAR * count / highest):<{_BAR}}  {count:,}"


def _names(edges: Sequence[float], scale: float, unit: str) -> list[str]:
    return [
        f"≥ {start * scale:g}{unit}" if stop == float("inf") else f"< {stop * scale:g}{unit}"
        for start, stop in pairwise(edges)
    ]
