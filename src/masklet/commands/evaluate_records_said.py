"""What groups, reports and comparisons say: tables for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from masklet.commands.report import counted

if TYPE_CHECKING:
    from masklet.evaluate.bootstrap import Interval
    from masklet.evaluate.compare import Comparison
    from masklet.evaluate.findings import Findings
    from masklet.evaluate.groups import GroupReport


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table's lines, the first column to the left and the others to the right."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(title), title_justify="left", show_edge=False, pad_edge=False)
    for place, name in enumerate(header):
        made.add_column(Text(name), justify="right" if place else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    text = StringIO()
    Console(file=text, width=1000, no_color=True).print(made)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def report_lines(found: Findings) -> list[str]:
    """The headline with its intervals, and the findings."""
    from masklet.evaluate.display import name_of, shown, shown_interval

    figures = found.record.figures
    rows = [[name_of(n), shown(n, value), shown_interval(n, found.headline[n])] for n, value in figures.items()]
    title = f"{found.record.model} on {found.record.data}"
    return [*table(title, ["figure", "value", "95 %"], rows), "", *found.sentences]


def group_lines(found: GroupReport, figures: Sequence[str]) -> list[str]:
    """Rows: groups; columns: records. figures: the name of each column's figure."""
    from masklet.evaluate.display import shown, shown_interval
    from masklet.evaluate.pages.groups import gap_line

    rows: list[list[str]] = []
    for attribute in found.attributes:
        cells = [cell for cell in found.cells if cell.attribute == attribute]
        rows.append([attribute] + [""] * (2 * len(cells) + 1))
        for group in dict.fromkeys(one.group for cell in cells for one in cell.groups):
            figure = [next((one.interval for one in cell.groups if one.group == group), None) for cell in cells]
            counts = next(one for one in figure if one)
            row = [f"  {group}", f"{counts.items} in {counts.sequences}"]
            for name, one in zip(figures, figure, strict=True):
                row += [shown(name, one.value if one else None), shown_interval(name, one)]
            rows.append(row)
        gaps = [cell.gap for cell in cells]
        if any(gaps):
            row = ["  largest gap", ""]
            for name, gap in zip(figures, gaps, strict=True):
                row += [shown(name, gap.gap), f"p {gap.p_corrected:.2g}"] if gap else ["–", "not tested"]
            rows.append(row)
    header = ["group", "objects in sequences"]
    for column in found.columns:
        header += [column, "95 %"]
    lines = table("Groups: mean over objects, interval over sequences", header, rows)
    lines.append("")
    figure_of = dict(zip(found.columns, figures, strict=True))
    lines += [gap_line(cell, cell.gap, figure_of[cell.column]) for cell in found.cells if cell.gap]
    gaps_tested = f"{counted(found.tested, 'gap')} tested; p corrected for that by Holm"
    lines.append(f"{gaps_tested}; {found.draws} permutations of sequences, seed {found.seed}.")
    return lines + list(found.remarks)


def group_json(found: GroupReport) -> dict[str, Any]:
    """The report as JSON-ready values, fractions 0 to 1."""
    cells = [
        {
            "attribute": cell.attribute,
            "column": cell.column,
            "groups": [{"group": one.group, **interval_json(one.interval)} for one in cell.groups],
            "gap": None if cell.gap is None else {**asdict(cell.gap), "more_than_chance": cell.gap.more_than_chance},
            "not_tested": cell.why or None,
            "unknown": cell.unknown,
        }
        for cell in found.cells
    ]
    told = {"tested": found.tested, "permutations": found.draws, "seed": found.seed}
    return {"columns": list(found.columns), "cells": cells, **told, "remarks": list(found.remarks)}


def comparison_lines(found: Comparison, names: tuple[str, str]) -> list[str]:
    """Rows: figures; then what is in one record only."""
    from masklet.evaluate.compare import said
    from masklet.evaluate.display import name_of, shown, shown_interval

    rows = []
    for one in found.differences:
        low = shown_interval(one.figure, one.difference, signed=True)
        probable = "–" if one.probability is None else f"{100 * one.probability:.1f} %"
        means = [shown(one.figure, one.first), shown(one.figure, one.second)]
        rows.append([name_of(one.figure), *means, shown(one.figure, one.difference.value, signed=True), low, probable])
    first, second = names
    count = found.differences[0].difference
    title = f"{second} less {first}: {counted(count.items, 'object')} in {counted(count.sequences, 'sequence')}"
    lines = table(title, ["figure", first, second, "difference", "95 %", "second is higher"], rows)
    lines += ["", *found.remarks]
    for name, alone in ((first, found.only_first), (second, found.only_second)):
        if alone:
            lines.append(f"Only in {name}, left out: {said(alone)}")
    return lines


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON-ready values, fractions 0 to 1."""
    return {
        "figures": [
            {
                "figure": one.figure,
                "first": one.first,
                "second": one.second,
                "difference": interval_json(one.difference),
                "probability_second_is_larger": one.probability,
            }
            for one in found.differences
        ],
        "only_in_first": [list(name) for name in found.only_first],
        "only_in_second": [list(name) for name in found.only_second],
        "remarks": list(found.remarks),
    }


def interval_json(given: Interval) -> dict[str, Any]:
    """An interval as JSON-ready values."""
    return asdict(given)
