"""`masklet evaluate images DATA`: objects of pictures after 1, 2, 3 … clicks and from a box."""

from __future__ import annotations

from typing import Annotated

import typer

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import picture_lines
from masklet.commands.evaluate_sets import open_pictures
from masklet.commands.report import Ending, Report


def images(
    data: run.Data,
    clicks: Annotated[int, typer.Option("--clicks", help="The most clicks per object.", min=1, max=100)] = 10,
    no_box: Annotated[bool, typer.Option("--no-box", help="Clicks alone.")] = False,
    model: options.Model = "nano",
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
    """Mean IoU of objects on pictures after each number of clicks and from boxes, and clicks to 85 and 90 per cent.

    Writes the record images.json. A run that was stopped goes on when the same command is given again.
    """
    from masklet.evaluate.jobs import ImagesJob
    from masklet.evaluate.pictures import picture_curves, picture_figures

    report = Report(as_json, quiet)
    load = run.Loader(model, device, precision, runtime)
    load.check()
    pictures = open_pictures(data, layout)
    names = run.chosen(pictures, split, only, limit)
    words = run.command_words(
        "images",
        data,
        clicks=clicks,
        no_box=no_box,
        model=model,
        device=device,
        precision=precision,
        runtime=runtime,
        format=layout,
        split=split,
        only=only,
        limit=limit,
    )
    here = run.begin(report, out, data, words, workers, ray, device, pages)
    kept = (here.out / "masks" / "images").resolve() if pages else None
    job = ImagesJob(pictures.folder, layout, names, load, load.stamp, clicks, not no_box, kept)
    try:
        outcome, seconds = here.work_out(job, "images")
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    figures = picture_figures(outcome.items, clicks, box=not no_box)
    record = here.write(
        "images",
        "images",
        model,
        data,
        outcome,
        seconds,
        figures,
        protocol={"clicks": clicks, "box": not no_box},
        curves=picture_curves(outcome.items, clicks),
    )
    lines = picture_lines(record, clicks) if record.items else ["There is no object on these pictures."]
    return here.end({"data": str(data), "model": model, "objects": len(record.items), "figures": figures}, lines)
