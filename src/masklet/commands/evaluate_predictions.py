"""`masklet evaluate predictions FOLDER --data DATA`: masks that other tools made, scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import video_lines
from masklet.commands.evaluate_sets import open_videos
from masklet.commands.evaluate_vos import read_extras, read_rule, video_figures
from masklet.commands.report import Ending, Report


def predictions(
    folder: Annotated[
        Path, typer.Argument(help="Masks by video: a folder, or a zip.", metavar="FOLDER", show_default=False)
    ],
    data: Annotated[Path, typer.Option("--data", help="The data set with the truth.", metavar="DIR")],
    rule: run.RuleOption = None,
    hota: run.WithHota = False,
    train: run.Train = None,
    layout: run.Format = None,
    split: run.Split = None,
    only: run.Only = None,
    limit: run.Limit = None,
    workers: run.Workers = None,
    ray: run.OnRay = False,
    pages: run.Pages = False,
    out: options.Out = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int | Ending:
    """J&F and all other figures of masks that any tool made, in the sets' own formats.

    VIDEO/FRAME.png with the objects' numbers, VIDEO/OBJECT/FRAME.png, or VIDEO.json of SA-V's form. A video whose masks
    are missing or broken is named and left out of the figures, and the exit code is 2. Writes predictions.json.
    """
    from masklet.evaluate.jobs import PredictionsJob

    report = Report(as_json, quiet)
    seen = read_extras(hota, train)
    videos = open_videos(data, layout)
    names = run.chosen(videos, split, only, limit)
    words = run.command_words(
        "predictions", folder, data=data, rule=rule, hota=hota, train=train, format=layout, split=split, only=only,
        limit=limit,
    )  # fmt: skip
    here = run.begin(report, out, folder, words, workers, ray, "cpu", pages)
    counting = read_rule(rule, videos.layout)
    job = PredictionsJob(videos.folder, layout, names, folder.resolve(), counting, hota)
    try:
        outcome, seconds = here.work_out(job, "predictions")
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    figures = video_figures(outcome, seen, hota)
    model = f"predictions:{folder.resolve().name}"
    record = here.write(
        "predictions", "predictions", model, data, outcome, seconds, figures, protocol={"rule": counting}
    )
    result = {"data": str(data), "predictions": str(folder), "objects": len(record.items), "figures": figures}
    return here.end(result, video_lines([record]))
