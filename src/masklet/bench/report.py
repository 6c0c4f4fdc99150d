"""A run's figures as one table for people, models side by side, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from masklet.bench.contestant import Contestant
from masklet.bench.machine import Machine
from masklet.bench.memory import MemoryUse
from masklet.bench.quality import PictureQuality, VideoQuality
from masklet.bench.speed import SpeedReport
from masklet.bench.timing import Spread, Timing
from masklet.evaluate.answers import Given, name_of
from masklet.evaluate.pictures import picture_figures
from masklet.evaluate.record import Item
from masklet.evaluate.summary import by_sequence, by_source, over_objects, over_sources

ABSENT = "–"  # what a model cannot do, or what was not to be had


@dataclass(frozen=True)
class Run:
    """All that one run measured; the parts that were not asked for are None.

    memory: per contestant, None where it could not be measured.
    """

    contestants: tuple[Contestant, ...]
    machine: Machine
    memory: tuple[MemoryUse | None, ...] | None = None
    speed: SpeedReport | None = None
    pictures: PictureQuality | None = None
    videos: VideoQuality | None = None


def table(run: Run) -> Table:
    """One row per figure, one column per model."""
    made = Table(title=_title(run), title_justify="left", show_edge=False, pad_edge=False)
    made.add_column("")
    for one in run.contestants:
        made.add_column(one.label, justify="right")

    def row(what: str, cell: Callable[[int], str]) -> None:
        made.add_row(what, *(cell(i) for i in range(len(run.contestants))))

    def head(what: str) -> None:
        made.add_section()
        made.add_row(what, style="bold")

    row("parameters", lambda i: f"{run.contestants[i].runtime.facts.parameters / 1e6:.1f} M")
    row("weights", lambda i: size_text(run.contestants[i].weights_bytes))
    if run.memory is not None:
        row("peak memory", lambda i: _memory_text(run.memory[i] if run.memory else None))
    if run.pictures is not None:
        _add_pictures(run.pictures, head, row)
    if run.videos is not None:
        _add_videos(run.videos, head, row)
    if run.speed is not None:
        height, width = run.speed.size
        head(f"Speed, {width}x{height}: median (quartiles) of {run.speed.rounds}; × the first's")
        for timing in run.speed.timings:
            row(timing.name, lambda i, timing=timing: _timing_text(timing, i))  # type: ignore[misc]
        if any(one is not None for each in run.speed.operations.values() for one in each):
            head("Operations in a call, and the share of the machine's peak that is reached in it")
            for timing in run.speed.timings:
                if timing.name in run.speed.operations:
                    row(timing.name, lambda i, timing=timing: _operations_text(run.speed, timing, i))  # type: ignore[misc]
            row("peak", lambda i: _peaks_text(run.speed, i))
    return made


def _title(run: Run) -> str:
    facts, machine = [one.runtime.facts for one in run.contestants], run.machine
    where = dict.fromkeys(f"{one.device}, {one.precision}, {one.library}, threads: {one.threads}" for one in facts)
    return f"{machine.processor}, {machine.usable_cores} of {machine.cores} cores; {'; '.join(where)}"


def _add_pictures(
    quality: PictureQuality, head: Callable[[str], None], row: Callable[[str, Callable[[int], str]], None]
) -> None:
    reports = quality.reports
    objects = len(reports[0])
    head(f"Pictures, mean IoU: {quality.measured} of {quality.of} of {quality.name}, objects: {objects}")
    for n in quality.clicks:
        name = f"iou@{n}"
        row(f"{name_of(n)}, over objects", lambda i, name=name: _percent(over_objects(reports[i])[name]))  # type: ignore[misc]
        row(f"{name_of(n)}, over sources", lambda i, name=name: _percent(over_sources(reports[i], name)))  # type: ignore[misc]


def _add_videos(
    quality: VideoQuality, head: Callable[[str], None], row: Callable[[str, Callable[[int], str]], None]
) -> None:
    counts = {len(report) for each in quality.reports if each for report in each}
    objects = f", objects: {counts.pop()}" if len(counts) == 1 else ""
    head(f"Videos, J&F: {quality.measured} of {quality.of} of {quality.name}{objects}")
    for k, given in enumerate(quality.given):

        def cell(i: int, k: int = k) -> str:
            each = quality.reports[i]
            return ABSENT if each is None else _percent(over_objects(each[k])["jf"])

        row(f"from {name_of(given)}", cell)


def as_json(run: Run) -> dict[str, Any]:
    """The same and more as JSON-ready values: seconds, bytes, fractions 0 to 1; null where a model cannot do it."""
    result: dict[str, Any] = {"machine": asdict(run.machine), "models": [_model_json(run, i) for i in _each(run)]}
    if run.pictures is not None:
        result["pictures"] = {
            **_counts(run.pictures),
            "models": [{"model": run.contestants[i].label, **_pictures_json(run.pictures, i)} for i in _each(run)],
        }
    if run.videos is not None:
        given = run.videos.given
        runs = [
            None if each is None else [_videos_json(how, items) for how, items in zip(given, each, strict=True)]
            for each in run.videos.reports
        ]
        result["videos"] = {
            **_counts(run.videos),
            "models": [{"model": run.contestants[i].label, "runs": runs[i]} for i in _each(run)],
        }
    if run.speed is not None:
        height, width = run.speed.size
        result["speed"] = {
            "size": [width, height],
            "rounds": run.speed.rounds,
            "timings": [_timing_json(run, run.speed, timing) for timing in run.speed.timings],
            "peaks": [
                {"model": run.contestants[i].label, "operations_per_second": dict(one)}
                for i, one in enumerate(run.speed.peaks)
            ],
        }
    return result


def _pictures_json(quality: PictureQuality, i: int) -> dict[str, Any]:
    items = quality.reports[i]
    figures = picture_figures(items, max(quality.clicks), box=False)
    by_clicks = {
        str(n): {
            "mean_over_sources": figures[f"iou_sources@{n}"],
            "mean_over_objects": figures[f"iou@{n}"],
            "best_candidate_mean_over_sources": figures[f"best_sources@{n}"],
            "best_candidate_mean_over_objects": figures[f"best@{n}"],
            "score_error": figures[f"score_error@{n}"],
            "by_source": {source: over_objects(of)[f"iou@{n}"] for source, of in by_source(items).items()},
        }
        for n in quality.clicks
    }
    return {
        "objects": len(items),
        "objects_by_source": {source: len(of) for source, of in by_source(items).items()},
        "iou_by_clicks": by_clicks,
    }


def _videos_json(given: Given, items: Sequence[Item]) -> dict[str, Any]:
    def three(of: Sequence[Item]) -> dict[str, float]:
        figures = over_objects(of)
        return {name: figures[name] for name in ("jf", "j", "f")}

    return {
        "given": name_of(given),
        "mean_over_objects": three(items),
        "by_sequence": {sequence: three(of) for sequence, of in by_sequence(items).items()},
        "each": [{"sequence": one.sequence, "object": one.object, **three([one])} for one in items],
    }


def _each(run: Run) -> range:
    return range(len(run.contestants))


def _model_json(run: Run, i: int) -> dict[str, Any]:
    one = run.contestants[i]
    facts = one.runtime.facts
    use = None if run.memory is None else run.memory[i]
    return {
        "model": one.label,
        "network": one.runtime.spec.name,
        "parameters": facts.parameters,
        "weights_bytes": one.weights_bytes,
        "peak_memory_bytes": None if use is None else use.process,
        "peak_device_bytes": None if use is None else use.device,
        "device": facts.device,
        "precision": facts.precision,
        "threads": facts.threads,
        "library": facts.library,
    }


def _counts(quality: PictureQuality | VideoQuality) -> Mapping[str, Any]:
    return {"set": quality.name, "measured": quality.measured, "of": quality.of}


def _timing_json(run: Run, speed: SpeedReport, timing: Timing) -> dict[str, Any]:
    reference, counted = timing.reference, speed.operations.get(timing.name)
    return {
        "name": timing.name,
        "reference": None if reference is None else run.contestants[reference].label,
        "models": [
            {
                "model": run.contestants[i].label,
                "seconds": _spread_json(timing.spread(i)),
                "ratio": _spread_json(timing.ratio(i)),
                "rounds": timing.seconds[i],
                "operations": None if counted is None else counted[i],
                "share_of_peak": speed.share_of_peak(timing, i),
            }
            for i in _each(run)
        ],
    }


def _spread_json(values: Spread | None) -> dict[str, float] | None:
    return None if values is None else asdict(values)


def _timing_text(timing: Timing, i: int) -> str:
    seconds, ratio = timing.spread(i), timing.ratio(i)
    if seconds is None or ratio is None:
        return ABSENT
    texts = [f"{value * 1e3:.3g}" if value < 1 else f"{value * 1e3:.0f}" for value in asdict(seconds).values()]
    own = f"{texts[0]} ms ({texts[1]}–{texts[2]})"
    return own if i == timing.reference else f"{own} ×{ratio.median:.2f} ({ratio.low:.2f}–{ratio.high:.2f})"


def _operations_text(speed: SpeedReport | None, timing: Timing, i: int) -> str:
    count = speed.operations[timing.name][i] if speed else None
    if speed is None or count is None:
        return ABSENT
    share = speed.share_of_peak(timing, i)
    return f"{count / 1e9:.2f} GFLOP" + (f", {100 * share:.0f} %" if share is not None else "")


def _peaks_text(speed: SpeedReport | None, i: int) -> str:
    if speed is None or not speed.peaks or not speed.peaks[i]:
        return ABSENT
    return ", ".join(f"{peak / 1e9:.0f} GFLOP/s in {precision}" for precision, peak in speed.peaks[i].items())


def _memory_text(use: MemoryUse | None) -> str:
    if use is None or use.process is None:
        return ABSENT
    return size_text(use.process) + (f", device {size_text(use.device)}" if use.device is not None else "")


def size_text(count: int) -> str:
    """Bytes in words: "9.6 MB", "1.23 GB" (1 MB: a million)."""
    return f"{count / 1e6:.1f} MB" if count < 1e9 else f"{count / 1e9:.2f} GB"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}"


def as_lines(run: Run) -> Sequence[str]:
    """The table as lines of text, as wide as they need to be."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    Console(file=text, width=1000, no_color=True).print(table(run))
    return [line.rstrip() for line in text.getvalue().splitlines()]
