"""The parts of a report behind its first look: breakdowns, plots over time, curves, and every object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from masklet.evaluate.breakdown import Row
from masklet.evaluate.display import is_fraction, name_of, shown, shown_interval
from masklet.evaluate.findings import Findings, sequences, source_word
from masklet.evaluate.pages.charts import bar, error_bars, line_chart, time_chart, time_key
from masklet.evaluate.pages.document import Child, Element, section, table, tag
from masklet.evaluate.record import Item, Record

OPEN_CHARTS, CHARTS = 12, 60
ROWS = 1000
"""Pages of large sets stay small: what is more is in the record."""


def where_it_fails(found: Findings) -> list[Element]:
    """By source, by object size, by kind of error, along the track, and how objects are spread."""
    parts: list[Child] = []
    if found.errors:
        parts += [tag("h3", "Where frames were lost"), error_bars(found.errors), _error_table(found)]
    if found.lost:
        rows: list[list[Child]] = [
            [tag("bdi", one.sequence), str(one.object), str(frame)] for one, frame in found.lost[:LISTED_LOST]
        ]
        caption = f"Lost for good: {len(found.lost)} objects, never found again though they are visible"
        parts += [table(caption, ["sequence", "object", "from frame"], rows, left=2)]
    for title, rows_ in ((source_word(found.record), found.sources), ("object size", found.sizes)):
        if rows_ and title != "limit":  # what limits cost has a section of its own
            parts.append(row_table(f"By {title}", title, rows_, found.figures))
    charts = []
    if found.along:
        charts.append(line_chart("J along the track", [("J", found.along)], across="% of the track", up="J"))
    charts += _spread(found)
    if charts:
        parts += [tag("h3", "Along the track, and over objects" if found.along else "Over objects")]
        parts += [tag("div", *charts, class_="charts")]
    return [section("Where it fails", *parts, name="fails")] if parts else []


LISTED_LOST = 30


def row_table(caption: str, what: str, rows: Sequence[Row], figures: Sequence[str]) -> Element:
    """Groups as a table: the main figure with interval and bar, and the means of the other main figures."""
    main = figures[0]
    bars = is_fraction(main)
    header = [what, "objects", name_of(main), "95 %", *([""] if bars else []), *(name_of(one) for one in figures[1:])]
    cells: list[list[Child]] = []
    for row in rows:
        one = row.interval
        line: list[Child] = [tag("bdi", row.name), str(one.items), shown(main, one.value), shown_interval(main, one)]
        if bars:
            said = f"{row.name}: {shown(main, one.value)}, 95 % {shown_interval(main, one)}"
            line.append(bar(one.value, one.low, one.high, said=said))
        cells.append(line + [_mean(row, figure) for figure in figures[1:]])
    return table(caption, header, cells)


def _mean(row: Row, figure: str) -> str:
    return shown(figure, row.intervals[figure].value) if figure in row.intervals else "–"


def over_time(found: Findings) -> list[Element]:
    """A plot of each object over its video, the worst first."""
    items = [one for sequence in found.ranked for one in sequence.items if len(one.frames) > 1]
    if not items:
        return []
    charts = [time_chart(_title(one, found.figures[0]), one.frames) for one in items[:CHARTS]]
    more = None
    if len(charts) > OPEN_CHARTS:
        rest = tag("div", *charts[OPEN_CHARTS:], class_="charts")
        more = tag("details", tag("summary", f"{len(charts) - OPEN_CHARTS} more"), rest)
    left = len(items) - len(charts)
    note = tag("p", f"{left} more objects are in the record.", class_="quiet") if left else None
    shown_first = tag("div", *charts[:OPEN_CHARTS], class_="charts")
    return [section("Over time, the worst first", time_key(), shown_first, more, note, name="time")]


def curves(record: Record) -> list[Element]:
    """The record's own curves, those with one x axis together."""
    charts = []
    for name, points in record.curves.items():
        if points:
            figure, over, across = name.partition(" over ")
            fraction = is_fraction(figure) and all(0 <= y <= 1 for _, y in points)
            title, top = f"{name_of(figure)}{over}{across}", 1.0 if fraction else None
            charts.append(line_chart(title, [(name_of(figure), points)], across=across, up="", top=top))
    return [section("Curves", tag("div", *charts, class_="charts"), name="curves")] if charts else []


def all_objects(found: Findings) -> list[Element]:
    """Every object's figures, folded away."""
    items = [one for sequence in found.ranked for one in sequence.items]
    if not items:
        return []
    names = list(dict.fromkeys(name for one in items for name in one.figures))[:8]
    with_source = any(one.source for one in items)
    rows: list[list[Child]] = []
    for one in items[:ROWS]:
        row: list[Child] = [tag("bdi", one.sequence), str(one.object)]
        row += [tag("bdi", one.source)] if with_source else []
        rows.append(row + [shown(name, one.figures.get(name)) for name in names])
    header = ["name", "object", *(["source"] if with_source else []), *(name_of(name) for name in names)]
    caption = f"{min(len(items), ROWS)} of {len(items)} objects, the worst {sequences(found.record)} first"
    folded = tag(
        "details", tag("summary", f"All objects ({len(items)})"), table(caption, header, rows, left=2 + with_source)
    )
    return [section("Every object", folded, name="objects")]


def _error_table(found: Findings) -> Element:
    total = sum(kind.frames for kind in found.errors)
    rows: list[list[Child]] = [
        [kind.name, kind.what, str(kind.frames), f"{100 * kind.frames / total:.1f}", f"{100 * kind.lost:.1f}"]
        for kind in found.errors
    ]
    header = ["kind", "meaning", "frames", "% of frames", "% of missing J"]
    return table("Frames by kind", header, rows, left=2)


def _spread(found: Findings) -> list[Element]:
    """The share of objects that reach each level: tells many middling ones from a few failures."""
    series = []
    levels = np.linspace(0, 1, 21)
    for figure in [name for name in found.figures if is_fraction(name)][:6]:
        values = np.array([one.figures[figure] for one in found.record.items if figure in one.figures])
        series.append((name_of(figure), [(100 * float(x), float((values >= x).mean())) for x in levels]))
    if not series:
        return []
    return [line_chart("Objects that reach a level", series, across="at least", up="% of objects")]


def _title(one: Item, figure: str) -> str:
    return f"{one.sequence}, object {one.object}: {name_of(figure)} {shown(figure, one.figures.get(figure))}"
