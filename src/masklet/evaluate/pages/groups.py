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
        section(attribute, _table(found, attribute, figure_of), name=f"attribute-{place}")
        for place, attribute in enumerate(found.attributes)
    ]
    return page(f"Groups: {', '.join(found.attributes)}", [short, *parts])


def gap_line(cell: Cell, gap: Gap, figure: str) -> str:
    """One gap in a sentence."""
    verdict = "more than chance" if gap.more_than_chance else "no more than chance may give"
    width = f"{shown(figure, gap.gap)} (95 % {shown(figure, gap.low)} to {shown(figure, gap.high)})"
    chance = f"p {gap.p:.2g}, corrected {gap.p_corrected:.2g}"
    return f"{cell.attribute}, {cell.column}: {gap.best} above {gap.worst} by {width}, {verdict} ({chance})"


def _table(found: GroupReport, attribute: str, figure_of: Mapping[str, str]) -> Element:
    """An attribute's groups, the columns side by side, and the largest gap of each below them."""
    cells = [cell for cell in found.cells if cell.attribute == attribute]
    names = list(dict.fromkeys(one.group for cell in cells for one in cell.groups))
    counts = {name: list(dict.fromkeys(_counts(cell, name) for cell in cells)) for name in names}
    alike = all(len(of) == 1 for of in counts.values())
    rows: list[list[Child]] = []
    for name in names:
        told = [_figure(cell, name, figure_of[cell.column], with_counts=not alike) for cell in cells]
        rows.append([tag("bdi", name), *(counts[name] if alike else []), *told])
    if any(cell.gap for cell in cells):
        told = [_gap(cell, figure_of[cell.column]) for cell in cells]
        rows.append(["largest gap", *([""] if alike else []), *told])
    header = ["group", *(["objects in sequences"] if alike else []), *(cell.column for cell in cells)]
    return table(f"By {attribute}: means with their 95 % intervals", header, rows)


def _counts(cell: Cell, name: str) -> str:
    return next((f"{g.interval.items} in {g.interval.sequences}" for g in cell.groups if g.group == name), "–")


def _figure(cell: Cell, name: str, figure: str, *, with_counts: bool) -> Child:
    """A group's figure in one column; below it the interval, as a bar too."""
    one = next((one.interval for one in cell.groups if one.group == name), None)
    if one is None:
        return "–"
    ends = shown_interval(figure, one)
    said = f"{cell.column}, {name}: {shown(figure, one.value)}, 95 % {ends}"
    drawn = bar(one.value, one.low, one.high, said=said) if is_fraction(figure) else None
    below = f"{ends}; {_counts(cell, name)}" if with_counts else ends
    return tag("div", drawn, " ", shown(figure, one.value), tag("div", below, class_="quiet"))


def _gap(cell: Cell, figure: str) -> Child:
    gap = cell.gap
    if gap is None:
        return "–"
    look = "worse" if gap.more_than_chance else None
    below = f"{shown(figure, gap.low)} to {shown(figure, gap.high)}; p {gap.p_corrected:.2g}, corrected"
    return tag("div", tag("span", shown(figure, gap.gap), class_=look), tag("div", below, class_="quiet"))
