"""`masklet evaluate images DATA`: objects of pictures after 1, 2, 3 … clicks and from a box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands.evaluate_options import Data, Loader, Taken, Working
from masklet.commands.evaluate_run import Run, command_words
from masklet.commands.evaluate_said import picture_lines
from masklet.commands.evaluate_sets import open_pictures
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending

if TYPE_CHECKING:
    from masklet.data.sets.seam import PictureData
    from masklet.evaluate.record import Record


@grouped
def images(
    data: Data,
    *,
    clicks: Annotated[int, typer.Option("--clicks", help="The most clicks per object.", min=1, max=100)] = 10,
    no_box: Annotated[bool, typer.Option("--no-box", help="Clicks alone.")] = False,
    load: Loader,
    taken: Taken,
    work: Working,
) -> int | Ending:
    """Mean IoU of objects on pictures after each number of clicks and from boxes, and clicks to 85 and 90 per cent.

    Writes the record images.json. A run that was stopped goes on when the same command is given again.
    """
    load.check()
    pictures = open_pictures(data, taken.layout)
    names = taken.names(pictures)
    words = command_words("images", data, clicks=clicks, no_box=no_box, **load.words, **taken.words)
    with work.begin(data, words, load.device) as here:
        here.tell_model(load)
        record = click_pictures(here, "images", pictures, names, load, clicks, box=not no_box, layout=taken.layout)
        figures = dict(record.figures)
        told = {"data": str(data), "model": load.model, "objects": len(record.items), "figures": figures}
        return here.end(told, picture_lines(record, clicks))
    return Ending.STOPPED_AND_SAVED


def click_pictures(
    here: Run,
    label: str,
    pictures: PictureData,
    names: Sequence[str],
    load: Loader,
    clicks: int,
    *,
    box: bool = True,
    layout: str | None = None,
) -> Record:
    """Clicks and boxes on the objects of these pictures, written as the record LABEL. layout: the set's, when given."""
    from masklet.evaluate.jobs import ImagesJob
    from masklet.evaluate.pictures import picture_curves, picture_figures

    kept = (here.out / "masks" / label).resolve() if here.pages else None
    job = ImagesJob(pictures.folder, layout, tuple(names), load, load.stamp, clicks, box, kept)
    outcome, seconds = here.work_out(job, label)
    return here.write(
        label,
        "images",
        load.model,
        pictures.folder,
        outcome,
        seconds,
        picture_figures(outcome.items, clicks, box=box),
        protocol={"clicks": clicks, "box": box},
        curves=picture_curves(outcome.items, clicks),
    )
