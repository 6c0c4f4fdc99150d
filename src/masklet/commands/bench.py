"""`masklet bench --model A --model B`: models side by side, their quality, speed and size."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import options
from masklet.commands.evaluate_vos import read_given
from masklet.commands.grouped import grouped
from masklet.commands.report import Report
from masklet.commands.results import result_folder, write_json
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.bench.contestant import Contestant
    from masklet.bench.memory import MemoryUse
    from masklet.bench.report import Run
    from masklet.data.sets.seam import PictureData, VideoData
    from masklet.evaluate.answers import Given, Progress


@dataclass(frozen=True)
class Judged:
    """On what quality is measured, and how."""

    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Quality on pictures, of any format of masklet data.", metavar="DIR"),
    ] = None
    videos: Annotated[
        Path | None, typer.Option("--videos", help="Quality on videos, of any format of masklet data.", metavar="DIR")
    ] = None
    limit: Annotated[
        int | None, typer.Option("--limit", help="A quick look: so many pictures, and so many videos.", min=1)
    ] = None
    clicks: Annotated[str, typer.Option("--clicks", help="On pictures: numbers of clicks.", metavar="N,N…")] = "1,3,5"
    given: Annotated[
        str, typer.Option("--given", help="On videos: what objects are given by.", metavar="mask,box,N…")
    ] = "mask,box,1"


@dataclass(frozen=True)
class Timed:
    """What of speed is measured, and how."""

    objects: Annotated[str, typer.Option("--objects", help="Time frames with so many objects.", metavar="N,N…")] = "1,4"
    rounds: Annotated[
        int | None, typer.Option("--rounds", help="How often each thing is timed; 9, or 3 with --against.", min=1)
    ] = None
    no_speed: Annotated[bool, typer.Option("--no-speed", help="Leave out speed and memory.")] = False

    def counts(self) -> tuple[int, ...]:
        """The numbers of objects. Raises InputError."""
        return _numbers("--objects", self.objects)


@grouped
def bench(
    *,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model", help="A model to take part, by name or checkpoint; give several. The first is the reference."
        ),
    ] = None,
    judged: Judged,
    timed: Timed,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="Instead: one model beside other implementations, installed apart: sam2, transformers, edgetam.",
            metavar="NAME,NAME…",
        ),
    ] = None,
    computing: options.Computing,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for bench.json.", metavar="DIR")] = None,
    report: Report,
) -> None:
    """Compare models: how good, how fast, how large.

    Quality needs a data set of yours. Speed is timed in turns (A B A B …), so that the ratios hold on a busy machine.
    """
    if against is not None:
        if judged.pictures or judged.videos or timed.no_speed or len(models or ()) > 1:
            raise InputError(
                "--against times one model: leave out --pictures, --videos, --no-speed and a second --model"
            )
        _against(against, models[0] if models else None, timed, computing, out, report)
        return
    if timed.no_speed and judged.pictures is None and judged.videos is None:
        raise InputError("--no-speed leaves quality, which needs a data set: --pictures DIR or --videos DIR")
    wanted = _Wanted(
        models=tuple(models or ["nano"]),
        clicks=_numbers("--clicks", judged.clicks),
        given=read_given(judged.given),
        objects=timed.counts(),
        limit=judged.limit,
        rounds=0 if timed.no_speed else timed.rounds or 9,
        computing=computing,
    )
    from masklet.bench import report as reports
    from masklet.commands.evaluate_sets import open_pictures, open_videos

    picture_set = None if judged.pictures is None else open_pictures(judged.pictures)
    video_set = None if judged.videos is None else open_videos(judged.videos)
    weights = _find(wanted.models)
    folder = None if out is None else result_folder(out, "bench")
    run = _measure(wanted, weights, picture_set, video_set, report)
    _finish(report, folder, "bench.json", reports.as_json(run), reports.as_lines(run))


def _against(
    peers: str, model: str | None, timed: Timed, computing: options.Computing, out: Path | None, report: Report
) -> None:
    from masklet.bench import against_report
    from masklet.bench.peers import find_peers
    from masklet.commands.bench_against import AgainstWanted, measure_against

    wanted = AgainstWanted(find_peers(peers), model, timed.counts(), timed.rounds or 3, computing)
    folder = None if out is None else result_folder(out, "bench")
    runs = measure_against(wanted, report)
    lines = [line for one in runs for line in ("", *against_report.as_lines(one))][1:]
    _finish(report, folder, "against.json", {"runs": [against_report.as_json(one) for one in runs]}, lines)


def _finish(
    report: Report, folder: Path | None, file: str, figures: Mapping[str, object], lines: Sequence[str]
) -> None:
    import masklet

    result = {"masklet": masklet.__version__, "date": datetime.date.today().isoformat(), **figures}
    if folder is not None:
        write_json(folder / file, result)
        lines = [*lines, "", f"Figures: {folder / file}"]
    report.finish(result, lines)


@dataclass(frozen=True)
class _Wanted:
    """What the command line asked for. rounds: 0 leaves out speed and memory."""

    models: tuple[str, ...]
    clicks: tuple[int, ...]
    given: tuple[Given, ...]
    objects: tuple[int, ...]
    limit: int | None
    rounds: int
    computing: options.Computing


def _measure(
    wanted: _Wanted, weights: Sequence[Path], pictures: PictureData | None, videos: VideoData | None, report: Report
) -> Run:
    from masklet.bench import quality
    from masklet.bench.machine import this_machine
    from masklet.bench.report import Run
    from masklet.bench.speed import measure_speed

    @contextmanager
    def bar(what: str) -> Iterator[Progress]:
        with report.progress(what, None) as steps:
            yield steps.to

    speed = memory = on_pictures = on_videos = None
    if wanted.rounds:  # memory first, as long as this process holds no model itself
        memory = _memory(wanted, report)
    contestants = _open(wanted, weights)
    if wanted.rounds:
        with bar("speed") as progress:
            speed = measure_speed(contestants, wanted.objects, wanted.rounds, progress)
    if pictures is not None:
        on_pictures = quality.measure_pictures(contestants, pictures, wanted.clicks, wanted.limit, bar)
    if videos is not None:
        on_videos = quality.measure_videos(contestants, videos, wanted.given, wanted.limit, bar)
    return Run(tuple(contestants), this_machine(), memory, speed, on_pictures, on_videos)


def _find(models: Sequence[str]) -> list[Path]:
    """The weights (or the exported folder) of each model, before anything takes time. Raises ModelError."""
    from masklet.runtime.catalogue import find_weights
    from masklet.runtime.manifest import FILE_NAME

    exported = [(Path(model) / FILE_NAME).is_file() for model in models]
    return [Path(model) if is_ else find_weights(model) for model, is_ in zip(models, exported, strict=True)]


def _memory(wanted: _Wanted, report: Report) -> tuple[MemoryUse | None, ...]:
    from masklet.bench.memory import peak_memory

    found: list[MemoryUse | None] = []
    how = wanted.computing
    with report.progress("memory", len(wanted.models)) as steps:
        for model in wanted.models:
            found.append(peak_memory(model, how.device, how.precision, how.runtime))
            steps.one()
    return tuple(found)


def _open(wanted: _Wanted, weights: Sequence[Path]) -> list[Contestant]:
    from masklet.bench.contestant import Contestant, labels, size_of
    from masklet.runtime import list_models

    names = labels(wanted.models, (one.name for one in list_models()))
    return [
        Contestant(name, wanted.computing.load(model).runtime, size_of(path))
        for name, model, path in zip(names, wanted.models, weights, strict=True)
    ]


def _numbers(option: str, text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise InputError(f"{option} {text!r}: give numbers from 1 up, such as 1,3,5")
    return tuple(int(part) for part in parts)
