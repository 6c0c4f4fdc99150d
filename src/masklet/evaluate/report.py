"""Reports as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from masklet.evaluate.metrics import TrackScore
from masklet.evaluate.pictures import PictureReport
from masklet.evaluate.vos import Given, VideoReport


def name_of(given: Given) -> str:
    """What an object was given by, in words: "mask", "box", "1 click", "3 clicks"."""
    if isinstance(given, str):
        return given
    return "1 click" if given == 1 else f"{given} clicks"


def picture_table(report: PictureReport) -> Table:
    """IoU in per cent by source and number of clicks; "best of" is the candidate nearest to the truth."""
    table = Table(title="Pictures: mean IoU, per cent")
    table.add_column("source")
    table.add_column("objects", justify="right")
    for clicks in report.clicks:
        table.add_column(name_of(clicks), justify="right")
        table.add_column("best of", justify="right", style="dim")
    by_source = [(report.by_source(n), report.by_source(n, oracle=True)) for n in report.clicks]
    for source, count in report.counts().items():
        cells = [_percent(means[source]) for pair in by_source for means in pair]
        table.add_row(source, str(count), *cells)
    table.add_section()
    over_sources = [_percent(report.over_sources(n, oracle=o)) for n in report.clicks for o in (False, True)]
    over_objects = [_percent(report.over_objects(n, oracle=o)) for n in report.clicks for o in (False, True)]
    table.add_row("mean over sources", "", *over_sources, style="bold")
    table.add_row("mean over objects", str(len(report.objects)), *over_objects, style="bold")
    return table


def video_table(reports: Sequence[VideoReport]) -> Table:
    """J&F, J and F in per cent by video, one group of columns per kind of prompt. One report or more."""
    table = Table(title="Videos: J&F, J and F, per cent, and frames per second")
    table.add_column("sequence")
    for report in reports:
        for figure in (f"{name_of(report.given)}: J&F", "J", "F"):
            table.add_column(figure, justify="right", style="" if "J&F" in figure else "dim")
    by_sequence = [report.by_sequence() for report in reports]
    for name in dict.fromkeys(name for scores in by_sequence for name in scores):
        cells = [cell for scores in by_sequence for cell in (_cells(scores[name]) if name in scores else ("", "", ""))]
        table.add_row(name, *cells)
    table.add_section()
    table.add_row(
        "mean over objects",
        *(cell for report in reports for cell in _cells(report.over_objects())),
        style="bold",
    )
    table.add_row("frames per second", *(cell for r in reports for cell in (f"{r.frames / r.seconds:.1f}", "", "")))
    return table


def picture_json(report: PictureReport, *, details: bool = False) -> dict[str, Any]:
    """The picture report as JSON-ready values, fractions 0 to 1; with `details`, every object's results too."""
    by_clicks = {
        str(n): {
            "mean_over_sources": report.over_sources(n),
            "mean_over_objects": report.over_objects(n),
            "best_candidate_mean_over_sources": report.over_sources(n, oracle=True),
            "best_candidate_mean_over_objects": report.over_objects(n, oracle=True),
            "score_error": report.score_error(n),
            "by_source": dict(report.by_source(n)),
        }
        for n in report.clicks
    }
    result: dict[str, Any] = {
        "objects": len(report.objects),
        "objects_by_source": dict(report.counts()),
        "seconds": round(report.seconds, 1),
        "iou_by_clicks": by_clicks,
    }
    if details:
        result["each"] = [asdict(one) for one in report.objects]
    return result


def video_json(report: VideoReport, *, details: bool = False) -> dict[str, Any]:
    """The video report as JSON-ready values, fractions 0 to 1; with `details`, J and F of every frame too."""
    each = []
    for one in report.objects:
        entry: dict[str, Any] = {
            "sequence": one.sequence,
            "object": one.number,
            "first_frame": one.first_frame,
            "given_iou": one.given_iou,
            **_figures(one.score),
        }
        if details:
            entry["frames"] = [[frame.j, frame.f] for frame in one.frames]
        each.append(entry)
    return {
        "given": name_of(report.given),
        "mean_over_objects": _figures(report.over_objects()),
        "by_sequence": {name: _figures(score) for name, score in report.by_sequence().items()},
        "each": each,
        "left_out": list(report.left_out),
        "frames": report.frames,
        "seconds": round(report.seconds, 1),
    }


def _figures(score: TrackScore) -> dict[str, float]:
    return {"jf": score.jf, "j": score.j, "f": score.f}


def _cells(score: TrackScore) -> tuple[str, str, str]:
    return _percent(score.jf), _percent(score.j), _percent(score.f)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}"
