"""`masklet evaluate interactive DATA`: how many clicks and seconds an annotator needs, and how many less so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from masklet.commands.evaluate_options import Data, Loader, RuleOption, Taken, Working
from masklet.commands.evaluate_run import Run, command_words
from masklet.commands.evaluate_said import effort_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.evaluate_vos import read_rule, read_systems
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.evaluate.interactive import Mode
    from masklet.evaluate.jobs import InteractiveJob
    from masklet.evaluate.record import Record


@grouped
def interactive(
    data: Data,
    *,
    mode: Annotated[str, typer.Option("--mode", help="offline, online, or both.", metavar="NAME,NAME")] = "offline",
    rounds: Annotated[int, typer.Option("--rounds", help="The most frames annotated per object.", min=1)] = 8,
    clicks: Annotated[int, typer.Option("--clicks", help="On each of them.", min=1)] = 3,
    system: Annotated[
        str,
        typer.Option(
            "--system",
            help="full, or baselines beside it: masks, propagate, picture (which is given as many rounds as there are "
            "frames).",
            metavar="NAME,NAME…",
        ),
    ] = "full",
    load: Loader,
    rule: RuleOption = None,
    taken: Taken,
    work: Working,
) -> int | Ending:
    """J&F over annotated frames, clicks and an annotator's seconds, as SAM 2's paper simulates it.

    Writes a record per mode and system. A run that was stopped goes on when the same command is given again.
    """
    from masklet.evaluate.interactive import Settings
    from masklet.evaluate.jobs import InteractiveJob

    modes, systems = _read_modes(mode), read_systems(system)
    load.check()
    videos = open_videos(data, taken.layout)
    names = taken.names(videos)
    words = command_words(
        "interactive", data, mode=mode, rounds=rounds, clicks=clicks, system=system, **load.words, rule=rule,
        **taken.words,
    )  # fmt: skip
    with work.begin(data, words, load.device) as here:
        counting = read_rule(rule, videos.layout)
        here.tell_model(load)
        records: list[Record] = []
        for way in modes:
            for which in systems:
                alone = which == "picture"  # no frame of its changes with another's clicks, so all get some
                how = Settings(way, None if alone else rounds, clicks, which in ("masks", "picture"), alone)
                job = InteractiveJob(videos.folder, taken.layout, names, load, load.stamp, counting, how, which)
                records.append(_work_out(here, job, load.model, data))
        runs = [_told(one) for one in records]
        return here.end({"data": str(data), "model": load.model, "runs": runs}, effort_lines(records))
    return Ending.STOPPED_AND_SAVED


def _read_modes(text: str) -> tuple[Mode, ...]:
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in ("offline", "online"):
            raise InputError(f"--mode {part!r}: there are offline and online")
    return cast("tuple[Mode, ...]", tuple(parts))


def _work_out(here: Run, job: InteractiveJob, model: str, data: Path) -> Record:
    """One mode with one system over the set, written as a record."""
    from masklet.evaluate.effort import effort_curves, effort_figures, rounds_from_json

    how = job.how
    label = "-".join(["interactive", how.mode, *([job.system] if job.system != "full" else [])])
    outcome, seconds = here.work_out(job, label)
    each = [of for part in outcome.parts.values() for of in rounds_from_json(part.more["rounds"]).values()]
    protocol: dict[str, str | int | float | bool] = {
        "mode": how.mode,
        "system": job.system,
        "rule": job.rule,
        "clicks": how.clicks,
        "rounds": "all" if how.rounds is None else how.rounds,
    }
    figures, curves = effort_figures(each), effort_curves(each)
    return here.write(label, "interactive", model, data, outcome, seconds, figures, protocol=protocol, curves=curves)


def _told(record: Record) -> dict[str, Any]:
    return {
        "protocol": dict(record.protocol),
        "figures": dict(record.figures),
        "curves": {name: [list(point) for point in points] for name, points in record.curves.items()},
    }
