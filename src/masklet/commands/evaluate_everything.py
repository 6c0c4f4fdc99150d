"""`masklet evaluate everything DATA`: how many objects are among all masks that the model finds."""

from __future__ import annotations

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import recall_lines
from masklet.commands.evaluate_sets import open_pictures
from masklet.commands.report import Ending, Report


def everything(
    data: run.Data,
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
    """Average recall of 100 and 1000 proposals, as COCO computes it.

    Writes the record everything.json. The set should label all objects of its pictures. A run that was stopped goes on
    when the same command is given again.
    """
    from masklet.evaluate.jobs import EverythingJob
    from masklet.evaluate.proposals import average_recall

    report = Report(as_json, quiet)
    load = run.Loader(model, device, precision, runtime)
    load.check()
    pictures = open_pictures(data, layout)
    names = run.chosen(pictures, split, only, limit)
    words = run.command_words(
        "everything",
        data,
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
    try:
        outcome, seconds = here.work_out(EverythingJob(pictures.folder, layout, names, load, load.stamp), "everything")
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    figures = average_recall([part.more for part in outcome.parts.values()])
    record = here.write("everything", "everything", model, data, outcome, seconds, figures, protocol={})
    return here.end(
        {"data": str(data), "model": model, "objects": len(record.items), "figures": figures}, recall_lines(record)
    )
