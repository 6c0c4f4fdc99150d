"""`masklet evaluate interactive DATA`: how many clicks and seconds an annotator needs, and how many less so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import effort_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.evaluate_vos import read_rule, read_systems
from masklet.commands.report import Ending, Report
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.evaluate.interactive import Mode
    from masklet.evaluate.record import Record


def interactive(
    data: run.Data,
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
    model: options.Model = "nano",
    rule: run.RuleOption = None,
    layout: run.Format = None,
    split: run.Split = None,
    only: run.Only = None,
    limit: run.Limit = None,
    workers: run.Workers = None,
    ray: run.OnRay = False,
    pages: run.Pages = False,
    device: options.Device = "auto",
    precision: options.Precision = "auto",
    runtime: options.Runtime = "auto",
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int | Ending:
    """J&F over annotated frames, clicks and an annotator's seconds, as SAM 2's paper simulates it.

    Writes a record per mode and system. A run that was stopped goes on when the same command is given again.
    """
    report = Report(as_json, quiet)
    modes = [part.strip() for part in mode.split(",")]
    for part in modes:
        if part not in ("offline", "online"):
            raise InputError(f"--mode {part!r}: there are offline and online")
    systems = read_systems(system)
    load = run.Loader(model, device, precision, runtime)
    load.check()
    videos = open_videos(data, layout)
    names = run.chosen(videos, split, only, limit)
    words = run.command_words(
        "interactive", data, mode=mode, rounds=rounds, clicks=clicks, system=system, model=model, device=device,
        precision=precision, runtime=runtime, rule=rule, format=layout, split=split, only=only, limit=limit,
    )  # fmt: skip
    here = run.begin(report, out, data, words, workers, ray, device, pages)
    counting = read_rule(rule, videos.layout)
    records: list[Record] = []
    from masklet.evaluate.effort import effort_curves, effort_figures, rounds_from_json
    from masklet.evaluate.interactive import Settings
    from masklet.evaluate.jobs import InteractiveJob

    try:
        for way in modes:
            for which in systems:
                label = "-".join(["interactive", way, *([which] if which != "full" else [])])
                alone = which == "picture"
                how = Settings(
                    cast("Mode", way), None if alone else rounds, clicks, which in ("masks", "picture"), alone
                )
                job = InteractiveJob(videos.folder, layout, names, load, load.stamp, counting, how, which)
                outcome, seconds = here.work_out(job, label)
                each = [of for part in outcome.parts.values() for of in rounds_from_json(part.more["rounds"]).values()]
                protocol: dict[str, str | int | float | bool] = {
                    "mode": way,
                    "system": which,
                    "rule": counting,
                    "clicks": clicks,
                    "rounds": "all" if alone else rounds,
                }
                records.append(
                    here.write(
                        label,
                        "interactive",
                        model,
                        data,
                        outcome,
                        seconds,
                        effort_figures(each),
                        protocol=protocol,
                        curves=effort_curves(each),
                    )
                )
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    runs = [
        {
            "protocol": dict(one.protocol),
            "figures": dict(one.figures),
            "curves": {name: [list(point) for point in points] for name, points in one.curves.items()},
        }
        for one in records
    ]
    return here.end({"data": str(data), "model": model, "runs": runs}, effort_lines(records))
