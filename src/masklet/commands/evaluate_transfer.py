"""`masklet evaluate transfer FOLDER`: one table over all data sets that lie in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands import evaluate_run as run
from masklet.commands import options
from masklet.commands.evaluate_said import transfer_lines, transfer_table
from masklet.commands.evaluate_vos import read_given, read_rule, video_figures
from masklet.commands.report import Ending, Report
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.data.sets.seam import DataSet
    from masklet.evaluate.answers import Given
    from masklet.evaluate.record import Record


def transfer(
    folder: Annotated[Path, typer.Argument(help="A folder of data sets.", metavar="FOLDER", show_default=False)],
    clicks: Annotated[int, typer.Option("--clicks", help="On pictures: the most clicks.", min=1, max=100)] = 5,
    given: Annotated[
        str, typer.Option("--given", help="On videos: what objects are given by.", metavar="mask,box,N…")
    ] = "1,3,5,box,mask",
    model: options.Model = "nano",
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
    """Pictures and videos of every data set in a folder, each with its own rules, in one table.

    Writes a record per set and kind of prompt, SET-images.json and SET-vos-1-click.json for instance. A run that was
    stopped goes on when the same command is given again.
    """
    report = Report(as_json, quiet)
    ways = read_given(given)
    load = run.Loader(model, device, precision, runtime)
    load.check()
    sets = _sets(folder, report)
    words = run.command_words(
        "transfer",
        folder,
        clicks=clicks,
        given=given,
        model=model,
        device=device,
        precision=precision,
        runtime=runtime,
        limit=limit,
    )
    here = run.begin(report, out, folder, words, workers, ray, device, pages)
    records: list[Record] = []
    try:
        for name, data in sets.items():
            if data.kind == "pictures":
                records.append(_pictures(here, name, data, load, clicks, limit))
            else:
                records += _videos(here, name, data, load, ways, limit)
    except KeyboardInterrupt:
        report.remark(f"stopped; the same command goes on with {here.out}")
        return Ending.STOPPED_AND_SAVED
    told = {"folder": str(folder), "model": model, "sets": transfer_table(records)}
    return here.end(told, transfer_lines(records))


def _sets(folder: Path, report: Report) -> dict[str, DataSet]:
    from masklet.data.sets.files import folders_in
    from masklet.data.sets.issues import DataError
    from masklet.data.sets.layouts import open_set

    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    found: dict[str, DataSet] = {}
    place = folder.resolve()
    for name in folders_in(place):
        try:
            found[name] = open_set(place / name)
        except DataError as error:
            report.remark(f"{name} is left out: {error}")
    if not found:
        raise InputError(f"{folder}: no data sets in it; each has a folder of its own")
    return found


def _pictures(here: run.Run, name: str, data: DataSet, load: run.Loader, clicks: int, limit: int | None) -> Record:
    from masklet.evaluate.jobs import ImagesJob
    from masklet.evaluate.pictures import picture_curves, picture_figures

    label = f"{name}-images"
    names = run.chosen(data, None, None, limit)
    job = ImagesJob(data.folder, data.layout, names, load, load.stamp, clicks)
    outcome, seconds = here.work_out(job, label)
    return here.write(
        label,
        "images",
        load.model,
        data.folder,
        outcome,
        seconds,
        picture_figures(outcome.items, clicks),
        protocol={"clicks": clicks, "box": True},
        curves=picture_curves(outcome.items, clicks),
    )


def _videos(
    here: run.Run, name: str, data: DataSet, load: run.Loader, ways: tuple[Given, ...], limit: int | None
) -> list[Record]:
    from masklet.evaluate.answers import name_of
    from masklet.evaluate.jobs import VosJob

    names, rule = run.chosen(data, None, None, limit), read_rule(None, data.layout)
    records = []
    for how in ways:
        label = f"{name}-vos-{name_of(how).replace(' ', '-')}"
        job = VosJob(data.folder, data.layout, names, load, load.stamp, how, rule)
        outcome, seconds = here.work_out(job, label)
        protocol = {"given": name_of(how), "rule": rule, "system": "full"}
        figures = video_figures(outcome, None, False)
        records.append(here.write(label, "vos", load.model, data.folder, outcome, seconds, figures, protocol=protocol))
    return records
