"""`masklet evaluate report|groups|compare|card`: what records of evaluations say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from masklet.commands import options
from masklet.commands.evaluate_records_said import (
    comparison_json,
    comparison_lines,
    group_json,
    group_lines,
    report_lines,
)
from masklet.commands.grouped import grouped
from masklet.commands.report import Report
from masklet.errors import InputError, OutputError

Record = Annotated[Path, typer.Argument(help="A record of an evaluation.", metavar="RECORD", show_default=False)]


@dataclass(frozen=True)
class Resampling:
    """How intervals are drawn, and what is said."""

    draws: Annotated[int, typer.Option("--draws", help="How often sequences are drawn anew.", min=100)] = 10_000
    seed: Annotated[int, typer.Option("--seed", help="Of the resampling.", min=0)] = 0
    as_json: options.AsJson = False
    quiet: options.Quiet = False


def report(
    record: Record,
    out: Annotated[Path, typer.Option("--out", help="The page to write.", metavar="HTML")] = Path("report.html"),
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """One page that opens offline: figures, curves, plots over time, and the worst sequences with their masks drawn."""
    from masklet.evaluate.pages.report import write_report
    from masklet.evaluate.record import read_record

    check_page(out)
    found = write_report(read_record(record), out)
    result = {"record": str(record), **found.as_json(), "outputs": {"page": str(out)}}
    Report(as_json, quiet).finish(result, [*report_lines(found), f"Page: {out}"])


def check_page(path: Path) -> None:
    """Raises OutputError when a page of this name cannot be written, which is better known before the work."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{path}: a report is a page; give a name that ends in .html")
    if path.is_dir():
        raise OutputError(f"cannot write {path}: a folder of that name is in the way")


@grouped
def groups(
    records: Annotated[
        list[Path],
        typer.Argument(help="Records of evaluations; each is a column.", metavar="RECORD…", show_default=False),
    ],
    *,
    attributes: Annotated[
        Path,
        typer.Option("--attributes", help="CSV: sequence, object (may be left out), and attributes.", metavar="CSV"),
    ],
    figures: Annotated[
        list[str] | None, typer.Option("--figure", help="A figure of the objects, such as jf, j or iou@3.")
    ] = None,
    smallest: Annotated[
        int, typer.Option("--smallest", help="Test groups of at least so many sequences.", metavar="N", min=2)
    ] = 5,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Pass over lines of sequences that no record has.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write a page too.", metavar="HTML")] = None,
    drawn: Resampling,
) -> None:
    """Figures by group (gender, age, or any attribute), and whether the gaps are more than chance."""
    from masklet.evaluate.attributes import read_attributes
    from masklet.evaluate.display import headings, main_figures, name_of
    from masklet.evaluate.groups import compare_groups
    from masklet.evaluate.record import read_record

    if out is not None:
        check_page(out)
    told = read_attributes(attributes)
    read = [read_record(path) for path in records]
    columns = []
    for heading, record in zip(headings(read), read, strict=True):
        chosen = figures or main_figures(record)
        for figure in chosen:
            name = f"{heading}: {name_of(figure)}" if len(chosen) > 1 or len(read) > 1 else name_of(figure)
            columns.append((name, record, figure))
    found = compare_groups(
        columns, told, smallest=smallest, draws=drawn.draws, seed=drawn.seed, skip_unknown=skip_unknown
    )
    names = [figure for _, _, figure in columns]
    result = {"records": [str(path) for path in records], "attributes": str(attributes), **group_json(found)}
    lines = group_lines(found, names)
    if out is not None:
        from masklet.evaluate.pages.groups import write_groups

        write_groups(found, names, out)
        result["outputs"] = {"page": str(out)}
        lines.append(f"Page: {out}")
    Report(drawn.as_json, drawn.quiet).finish(result, lines)


@grouped
def compare(
    first: Annotated[Path, typer.Argument(help="A record of an evaluation.", metavar="A", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another, of the same set.", metavar="B", show_default=False)],
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Write a page too.", metavar="HTML")] = None,
    drawn: Resampling,
) -> None:
    """Two records object by object: how far B lies above A, and how sure that is."""
    from masklet.evaluate.compare import compare_records
    from masklet.evaluate.display import headings
    from masklet.evaluate.record import read_record

    if first == second:
        raise InputError(f"{first} would be compared with itself; give two records")
    if out is not None:
        check_page(out)
    read = read_record(first), read_record(second)
    found = compare_records(*read, draws=drawn.draws, seed=drawn.seed)
    one, other = headings(read)
    result = {"first": str(first), "second": str(second), **comparison_json(found)}
    lines = comparison_lines(found, (one, other))
    if out is not None:
        from masklet.evaluate.pages.compare import write_comparison

        write_comparison(found, out)
        result["outputs"] = {"page": str(out)}
        lines.append(f"Page: {out}")
    Report(drawn.as_json, drawn.quiet).finish(result, lines)


def card(
    records: Annotated[
        list[Path], typer.Argument(help="Records of evaluations.", metavar="RECORD…", show_default=False)
    ],
    worst: Annotated[
        Path | None, typer.Option("--worst", help="A folder for sheets of the worst, a JPEG each.", metavar="DIR")
    ] = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """The tables of a model card in Markdown: figures with intervals, by source and by size, and the commands."""
    from masklet.evaluate.card import card as tables
    from masklet.evaluate.card import worst_sheet
    from masklet.evaluate.findings import find
    from masklet.evaluate.record import read_record
    from masklet.media.picture import write_picture

    found = [find(read_record(path)) for path in records]
    text = tables(found)
    result: dict[str, Any] = {"records": [str(path) for path in records], "markdown": text}
    lines = text.splitlines()
    if worst is not None:
        sheets = {path.stem: worst / f"{path.stem}.jpg" for path in records}
        for one, sheet in zip(found, sheets.values(), strict=True):
            write_picture(sheet, worst_sheet(one))
        result["outputs"] = {name: str(sheet) for name, sheet in sheets.items()}
        lines += ["", *(f"Worst: {sheet}" for sheet in sheets.values())]
    Report(as_json, quiet).finish(result, lines)
