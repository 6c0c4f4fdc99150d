"""The figures of a model card: Markdown tables with intervals over sequences, and sheets of the worst failures.

Every table stands beside the commands that give it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from masklet.errors import InputError
from masklet.evaluate.bootstrap import Interval
from masklet.evaluate.breakdown import Row
from masklet.evaluate.display import first_figures, headings, name_of, shown, shown_interval
from masklet.evaluate.findings import Findings, sequences, source_word
from masklet.evaluate.pages.contact import Shot, shots, worst_item
from masklet.evaluate.record import Record
from masklet.media.overlay import contact_sheet
from masklet.values import Picture

_CAPTION = 20


def card(found: Sequence[Findings]) -> str:
    """Tables of several records in Markdown: those of one kind and set side by side, then by source and object size."""
    together: dict[tuple[str, str], list[Findings]] = {}
    for one in found:
        together.setdefault((one.record.kind, one.record.data), []).append(one)
    return "\n\n".join("\n".join(_of_one_kind(part)) for part in together.values())


def worst_sheet(found: Findings, *, rows: int = 6, columns: int = 6, width: int = 256) -> Picture:
    """The worst sequences as one RGB picture, prediction against truth, a row for each; of pictures all in rows.

    Raises InputError when there is nothing to draw, with why.
    """
    taken: list[Shot] = []
    problem = "no sequence has frames to look at"
    still = not any(one.frames for one in found.record.items)
    for one in found.ranked[: rows * columns if still else rows]:
        try:
            row = shots(worst_item(found.record, one.items), most=columns, width=width)
        except (InputError, OSError, IndexError) as error:
            problem = str(error)
            continue
        named = [Shot(f"{one.name[1].split('/')[-1]}  {shot.caption}", shot.said, shot.pixels) for shot in row]
        blank = Shot("", "", np.full_like(row[0].pixels, 128)) if row else None
        taken += named + ([blank] * (columns - len(named)) if blank and not still else [])
    if not taken:
        raise InputError(f"{found.record.data}: the worst cannot be drawn: {problem}")
    tallest = round(0.75 * width) if still else max(shot.pixels.shape[0] for shot in taken)
    return contact_sheet([_captioned(shot, width, tallest) for shot in taken], columns)


def _of_one_kind(found: Sequence[Findings]) -> list[str]:
    records = [one.record for one in found]
    columns = headings(records)
    first = max((i for one in found for i in one.headline.values() if i), key=lambda i: i.items, default=None)
    counts = f": {first.items} objects in {first.sequences} {sequences(records[0])}" if first else ""
    lines = [f"### {records[0].data}{counts}", "", *_commands(records), ""]
    names = list(dict.fromkeys(name for record in records for name in first_figures(record)))
    rows = [[name_of(name), *(_headline(one, name) for one in found)] for name in names]
    lines += _table(["figure, 95 % interval", *columns], rows)
    lines += _by(found, columns, source_word(records[0]), lambda one: one.sources)
    lines += _by(found, columns, "object size", lambda one: one.sizes)
    return lines


def _by(
    found: Sequence[Findings], columns: Sequence[str], what: str, rows_of: Callable[[Findings], Sequence[Row]]
) -> list[str]:
    """A table by source or size; a record with several main figures has a column for each."""
    if not any(rows_of(one) for one in found):
        return []
    header, cells = [what, "objects"], dict[str, list[str]]()
    order = list(dict.fromkeys(row.name for one in found for row in rows_of(one)))
    for heading, one in zip(columns, found, strict=True):
        header += [f"{heading}: {name_of(f)}" if len(found) > 1 else name_of(f) for f in one.figures]
    for name in order:
        cells[name] = [_count(found, rows_of, name)]
        for one in found:
            row = next((row for row in rows_of(one) if row.name == name), None)
            cells[name] += _means(one.figures, row)
    return ["", *_table(header, [[name, *row] for name, row in cells.items()])]


def _count(found: Sequence[Findings], rows_of: Callable[[Findings], Sequence[Row]], name: str) -> str:
    return str(next(row.interval.items for one in found for row in rows_of(one) if row.name == name))


def _means(figures: Sequence[str], row: Row | None) -> list[str]:
    if row is None:
        return ["–"] * len(figures)
    known = [(figure, row.intervals.get(figure)) for figure in figures]
    return [_with(figure, one.value if one else None, one) for figure, one in known]


def _headline(found: Findings, name: str) -> str:
    return _with(name, found.record.figures.get(name), found.headline.get(name))


def _with(figure: str, value: float | None, one: Interval | None) -> str:
    """A value with its interval in brackets, "few" inside the same ones."""
    ends = shown_interval(figure, one).replace(" (few)", ", few")
    return shown(figure, value) if ends == "–" else f"{shown(figure, value)} ({ends})"


def _commands(records: Sequence[Record]) -> list[str]:
    return [f"    {command}" for command in dict.fromkeys(record.command for record in records)]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in lines]


def _cell(text: str) -> str:
    """A name must not end a cell or a line."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _captioned(shot: Shot, width: int, height: int) -> Picture:
    """In a box of one size, so that upright pictures do not leave all others small; the caption below."""
    paper = np.full((1, 1, 3), 245, np.uint8)
    boxed = contact_sheet([np.broadcast_to(paper, (height, width, 3)), shot.pixels], 1, gap=0)[height:]
    strip = Image.new("RGB", (width, _CAPTION), (245, 245, 245))
    font, text = ImageFont.load_default(12), shot.caption
    while len(text) > 4 and font.getlength(text) > width - 6:
        text = f"{text[:-2].rstrip('…')}…"
    ImageDraw.Draw(strip).text((3, _CAPTION // 2), text, fill=(40, 40, 40), font=font, anchor="lm")
    return np.concatenate([boxed, np.asarray(strip, np.uint8)])
