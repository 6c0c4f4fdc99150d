"""`masklet data`: data sets of SA-V, DAVIS, COCO and others, looked through and converted; synthetic ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from masklet.commands.data_said import check_lines, conversion_lines, stats_lines
from masklet.commands.data_synthesize import synthesize
from masklet.commands.grouped import grouped
from masklet.commands.report import Ending, Report

if TYPE_CHECKING:
    from masklet.data.sets.issues import Issues
    from masklet.data.sets.seam import DataSet

app = typer.Typer(help="Data sets: looked through, counted, converted, shown, drawn.", rich_markup_mode=None)

Source = Annotated[Path, typer.Argument(help="A data set's folder, or COCO's JSON.", metavar="DIR", show_default=False)]
Format = Annotated[
    str | None, typer.Option("--format", help="The set's format; told by its contents by default.", metavar="NAME")
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first thing that is wrong.")]
Masklets = Annotated[
    Literal["both", "manual", "auto"], typer.Option("--masklets", help="Of SA-V, those of hand, of a model, or both.")
]
Fps = Annotated[
    float | None, typer.Option("--fps", help="Frames per second, of sets that do not say.", metavar="N", min=0.001)
]

_WRONG_INPUT = 2


app.command()(synthesize)


@app.callback()
def _data() -> None:
    """Data sets: looked through, counted, converted, shown, drawn."""


@app.command()
@grouped
def check(
    source: Source,
    *,
    layout: Format = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not decode pictures and videos.")] = False,
    strict: Strict = False,
    masklets: Masklets = "both",
    report: Report,
) -> int:
    """Look through a data set for what is broken. The exit code is 2 when anything is."""
    from masklet.data.sets.check import check_set

    data = _open(source, layout, strict, masklets)
    with report.progress("Checking", None) as steps:
        checked = check_set(data, pixels=not quick, step=steps.to)
    result = {
        "folder": str(data.folder),
        "format": data.layout,
        "kind": data.kind,
        "items": checked.items,
        "frames": checked.frames,
        "objects": checked.objects,
        "masks": checked.masks,
        **data.issues.as_json(),
    }
    report.finish(result, check_lines(data, checked))
    return _remark_issues(report, data, data.issues)


@app.command()
@grouped
def stats(
    source: Source,
    *,
    layout: Format = None,
    plots: Annotated[
        Path | None, typer.Option("--plots", help="Draw the histograms as a picture.", metavar="PNG")
    ] = None,
    fps: Fps = None,
    masklets: Masklets = "both",
    report: Report,
) -> int:
    """Count what a data set holds, as the SA-V paper counts."""
    from masklet.data.sets.stats import measure
    from masklet.media.picture import picture_format, write_picture

    if plots is not None:
        picture_format(plots)  # better known before all is counted
    data = _open(source, layout, False, masklets)
    with report.progress("Counting", None) as steps:
        measured = measure(data, fps=fps, step=steps.to)
    result: dict[str, Any] = {"folder": str(data.folder), **measured.as_json(), "issues": len(data.issues)}
    if plots is not None:
        from masklet.data.sets.charts import draw_stats

        write_picture(plots, draw_stats(measured))
        result["outputs"] = {"plots": str(plots)}
    report.finish(result, stats_lines(measured))
    return _remark_issues(report, data, data.issues)


@app.command()
@grouped
def convert(
    source: Source,
    target: Annotated[Path, typer.Argument(help="A new or empty folder.", metavar="TARGET", show_default=False)],
    *,
    to: Annotated[str, typer.Option("--to", help="The format to write.", metavar="FORMAT", show_default=False)],
    layout: Format = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Only what this list of the set names.", metavar="NAME")
    ] = None,
    lossy: Annotated[bool, typer.Option("--lossy", help="Leave out what the format cannot hold.")] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Keep every pixel that must be encoded anew: PNG, lossless video.")
    ] = False,
    masklets: Masklets = "both",
    workers: Annotated[int, typer.Option("--workers", help="Processes.", metavar="N", min=1)] = 1,
    report: Report,
) -> int | Ending:
    """Convert a data set into another format.

    What the format cannot hold is said, and refused without --lossy, before anything is written. A conversion that was
    stopped goes on when the same command is given again.
    """
    from masklet.data.sets.convert import Order
    from masklet.data.sets.convert import convert as convert_set

    order = Order(source, target, to, layout, masklets, split, lossy, exact)
    with report.progress("Converting", None) as steps:
        # Both passes go over all items.
        def progress(what: str, done: int, total: int) -> None:
            steps.to(done + (total if what == "writing" else 0), 2 * total)

        try:
            done = convert_set(order, workers=workers, progress=progress)
        except KeyboardInterrupt:
            report.remark(f"stopped; the same command goes on with {target}")
            return Ending.STOPPED_AND_SAVED
    result = {
        "source": str(source),
        "target": str(target),
        "from": done.source_layout,
        "to": done.layout,
        "items": done.items,
        "left_out": list(done.left_out),
        "lost": [{"what": loss.what, "count": loss.count, "first": loss.example} for loss in done.losses],
        "notes": [{"what": loss.what, "count": loss.count, "first": loss.example} for loss in done.notes],
        **done.issues.as_json(),
    }
    report.finish(result, conversion_lines(done, target))
    return _remark_issues(report, None, done.issues)


@app.command()
@grouped
def show(
    source: Source,
    *,
    out: Annotated[Path, typer.Option("--out", help="The picture to write.", metavar="PNG")] = Path("sheet.png"),
    layout: Format = None,
    items: Annotated[int, typer.Option("--items", help="Videos or pictures, spread over the set.", min=1)] = 8,
    frames: Annotated[int, typer.Option("--frames", help="Of each video.", min=1)] = 4,
    masklets: Masklets = "both",
    report: Report,
) -> None:
    """Draw some items of a data set with their masks on one sheet."""
    from masklet.data.sets.sheet import draw_sheet
    from masklet.media.picture import picture_format, write_picture

    picture_format(out)
    data = _open(source, layout, False, masklets)
    sheet = draw_sheet(data, items=items, frames=frames)
    write_picture(out, sheet)
    size = [sheet.shape[1], sheet.shape[0]]
    result = {"folder": str(data.folder), "format": data.layout, "size": size, "outputs": {"sheet": str(out)}}
    report.finish(result, [f"Sheet: {out}"])


def _open(source: Path, layout: str | None, strict: bool, masklets: Literal["both", "manual", "auto"]) -> DataSet:
    from masklet.data.sets.issues import Issues
    from masklet.data.sets.layouts import open_set

    return open_set(source, layout=layout, issues=Issues(strict=strict), masklets=masklets)


def _remark_issues(report: Report, data: DataSet | None, issues: Issues) -> int:
    """The exit code; when something is wrong, one line on standard error says how much."""
    if not len(issues):
        return 0
    kinds = ", ".join(f"{count} × {kind}" for kind, count in issues.counts.most_common())
    first = next(iter(issues), None)
    where = f"{data.folder}: " if data is not None else ""
    report.remark(f"{where}{kinds}" + (f"; first: {first}" if first else ""))
    return _WRONG_INPUT
