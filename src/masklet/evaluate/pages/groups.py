"""Groups as one HTML page that opens offline: SAM 2's fairness table, with intervals and the test of each gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from masklet.evaluate.display import is_fraction, shown, shown_interval
from masklet.evaluate.groups import Cell, Gap, GroupReport
from masklet.evaluate.pages.charts import bar
from masklet.evaluate.pages.document import Child, Element, page, section, table, tag
from masklet.evaluate.pages.report import write_page

ABOUT = (
    "Each figure is a mean over a group's objects. Its interval comes from drawing whole sequences anew. p is how "
    "often a gap at least as wide comes about when the attribute is dealt out anew among the sequences; corrected by "
    "Holm for all the gaps that were tested. A gap's own interval is that of the two groups named; of more than two "
    "these were chosen for lying farthest apart, so it is p that decides."
)


def write_groups(found: GroupReport, figures: Sequence[str], path: Path) -> None:
    """Writes the page, whole or not at all. figures: of each column. Raises OutputError."""
    write_page(path, groups_page(found, figures))


def groups_page(found: GroupReport, figures: Sequence[str]) -> str:
    """The page as HTML."""
    figure_of = dict(zip(found.columns, figures, strict=True))
    gaps = [tag("li", gap_line(cell, cell.gap, figure_of[cell.column])) for cell in found.cells if cell.gap]
    gaps += [tag("li", remark) for remark in found.remarks]
    tested = f"Gaps tested: {found.tested}; {found.draws} permutations of sequences, seed {found.seed}."
    short = section(
        "In short",
        tag("ul", *gaps, class_="findings"),
        tag("p", tested, class_="quiet"),
        tag("p", ABOUT, class_="quiet"),
        name="short",
    )
    parts = [
        section(attribute, *_tables(found, attribute, figure_of), name=f"attribute-{place}")
        for place, attribute in enumerate(found.attributes)
    ]
    return page(f"Groups: {', '.join(found.attributes)}", [short, *parts])


def gap_line(cell: Cell, gap: Gap, figure: str) -> str:
    """One gap in a sentence."""
    verdict = "more than chance" if gap.more_than_chance else "no more than chance may give"
    width = f"{shown(figure, gap.gap)} (95 % {shown(figure, gap.low)} to {shown(figure, gap.high)})"
    chance = f"p {gap.p:.2g}, corrected {gap.p_corrected:.2g}"
    return f"{cell.attribute}, {cell.column}: {gap.best} above {gap.worst} by {width}, {verdict} ({chance})"


def _tables(found: GroupReport, attribute: str, figure_of: Mapping[str, str]) -> list[Element]:
    made = []
    for cell in (cell for cell in found.cells if cell.attribute == attribute):
        figure = figure_of[cell.column]
        rows: list[list[Child]] = []
        for one in cell.groups:
            told = one.interval
            counts = f"{told.items} in {told.sequences}"
            ends = shown_interval(figure, told)
            row: list[Child] = [tag("bdi", one.group), counts, shown(figure, told.value), ends]
            if is_fraction(figure):
                said = f"{one.group}: {shown(figure, told.value)}, 95 % {ends}"
                row.append(bar(told.value, told.low, told.high, said=said))
            rows.append(row)
        header = ["group", "objects in sequences", cell.column, "95 %", *([""] if is_fraction(figure) else [])]
        made.append(table(f"{attribute}: {cell.column}", header, rows))
    return made
