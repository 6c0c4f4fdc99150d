"""`masklet evaluate transfer FOLDER`: one table over all data sets that lie in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands.evaluate_images import click_pictures
from masklet.commands.evaluate_options import Limit, Loader, Taken, Working
from masklet.commands.evaluate_run import Run, command_words
from masklet.commands.evaluate_said import transfer_lines, transfer_table
from masklet.commands.evaluate_vos import follow_videos, read_given, read_rule, slug
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending, Report
from masklet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from masklet.data.sets.seam import DataSet
    from masklet.evaluate.answers import Given
    from masklet.evaluate.record import Record


@grouped
def transfer(
    folder: Annotated[Path, typer.Argument(help="A folder of data sets.", metavar="FOLDER", show_default=False)],
    *,
    clicks: Annotated[int, typer.Option("--clicks", help="On pictures: the most clicks.", min=1, max=100)] = 5,
    given: Annotated[
        str, typer.Option("--given", help="On videos: what objects are given by.", metavar="mask,box,N…")
    ] = "1,3,5,box,mask",
    load: Loader,
    limit: Limit = None,
    work: Working,
) -> int | Ending:
    """Pictures and videos of every data set in a folder, each with its own rules, in one table.

    Writes a record per set and kind of prompt, SET-images.json and SET-vos-1-click.json for instance. A run that was
    stopped goes on when the same command is given again.
    """
    ways = read_given(given)
    load.check()
    sets = _sets(folder, work.report)
    words = command_words("transfer", folder, clicks=clicks, given=given, **load.words, limit=limit)
    with work.begin(folder, words, load.device) as here:
        here.tell_model(load)
        records = list(_records(here, sets, load, clicks, ways, Taken(limit=limit)))
        told = {"folder": str(folder), "model": load.model, "sets": transfer_table(records)}
        return here.end(told, transfer_lines(records))
    return Ending.STOPPED_AND_SAVED


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


def _records(
    here: Run, sets: Mapping[str, DataSet], load: Loader, clicks: int, ways: Sequence[Given], taken: Taken
) -> Iterator[Record]:
    """A set of which nothing could be evaluated is said, and the others go on; raises when there are none."""
    from masklet.evaluate.parts import NothingWorkedOut

    none: NothingWorkedOut | None = None
    some = False
    for name, data in sets.items():
        try:
            for record in _of_set(here, name, data, load, clicks, ways, taken):
                some = True
                yield record
        except NothingWorkedOut as error:
            here.failed.setdefault(name, str(error))
            here.report.remark(f"{name} is left out: {error}")
            none = error
    if none is not None and not some:
        raise none


def _of_set(
    here: Run, name: str, data: DataSet, load: Loader, clicks: int, ways: Sequence[Given], taken: Taken
) -> Iterator[Record]:
    from masklet.evaluate.jobs import VosJob

    names = taken.names(data)
    if data.kind == "pictures":
        yield click_pictures(here, f"{name}-images", data, names, load, clicks)
        return
    rule = read_rule(None, data.layout)
    for how in ways:
        job = VosJob(data.folder, data.layout, names, load, load.stamp, how, rule)
        yield follow_videos(here, f"{name}-vos-{slug(how)}", job, load.model)
