"""Two records compared, as one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from masklet.evaluate.compare import Comparison, Difference, Pair, said
from masklet.evaluate.display import headings, is_fraction, main_figures, name_of, said_of, shown, shown_interval
from masklet.evaluate.pages.charts import bar
from masklet.evaluate.pages.document import Child, Element, page, section, table, tag
from masklet.evaluate.pages.report import how, write_page
from masklet.evaluate.pages.scatter import scatter

LISTED = 15


def write_comparison(found: Comparison, path: Path) -> None:
    """Writes the page, whole or not at all. Raises OutputError."""
    write_page(path, comparison_page(found))


def comparison_page(found: Comparison) -> str:
    """The page as HTML."""
    first, second = headings([found.first, found.second])
    sections = [_figures(found, first, second), _by_sequence(found, first, second)]
    alone = _alone(found, first, second)
    sections += [alone] if alone is not None else []
    for heading, record, name in ((first, found.first, "how-first"), (second, found.second, "how-second")):
        sections.append(how(record, f"How to repeat {heading}", name))
    lead = [tag("p", f"{found.first.kind}: {found.second.model} on {found.second.data}", class_="quiet")]
    return page(f"{second} against {first}", sections, lead=lead)


def verdict(one: Difference, first: str, second: str) -> str:
    """A difference in a sentence."""
    name, value = name_of(one.figure), one.difference.value
    if one.probability is None:
        return f"{name}: one sequence alone says nothing of others."
    if not one.sure:
        return f"{name}: no sure difference ({shown(one.figure, value, signed=True)}; the interval holds 0)."
    better = second if value > 0 else first
    return f"{name}: higher for {better}, by {shown(one.figure, abs(value))}."


def _figures(found: Comparison, first: str, second: str) -> Element:
    rows: list[list[Child]] = []
    for one in found.differences:
        probable = "–" if one.probability is None else f"{100 * one.probability:.1f} %"
        ends = shown_interval(one.figure, one.difference, signed=True)
        difference = tag("span", shown(one.figure, one.difference.value, signed=True), class_=_look(one))
        rows.append(
            [
                name_of(one.figure),
                shown(one.figure, one.first),
                shown(one.figure, one.second),
                difference,
                ends,
                probable,
            ]
        )
    header = ["figure", first, second, "difference", "95 %", f"{second} higher"]
    count = found.differences[0].difference
    caption = f"Means over {count.items} objects in {count.sequences} sequences that are in both"
    return section(
        "In short",
        tag("ul", *(tag("li", verdict(one, first, second)) for one in found.differences[:3]), class_="findings"),
        table(caption, header, rows),
        tag(
            "p",
            "Differences are taken object by object; the interval, and the share of draws in which the second is "
            "higher, come from drawing whole sequences anew (paired bootstrap).",
            class_="quiet",
        ),
        tag("ul", *(tag("li", one) for one in found.remarks), class_="findings") if found.remarks else None,
        name="short",
    )


def _by_sequence(found: Comparison, first: str, second: str) -> Element:
    figure = next((name for name in main_figures(found.first) if _both(found.pairs, name)), found.differences[0].figure)
    pairs = _both(found.pairs, figure)
    together: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        together.setdefault(pair.name[:2], []).append(pair)
    means = {
        name: (float(np.mean([p.first[figure] for p in part])), float(np.mean([p.second[figure] for p in part])))
        for name, part in together.items()
    }
    order = sorted(means, key=lambda name: means[name][1] - means[name][0])
    shown_names = order if len(order) <= 2 * LISTED else [*order[:LISTED], *order[-LISTED:]]
    fraction = is_fraction(figure)
    widest = max(0.05, *(abs(means[name][1] - means[name][0]) for name in shown_names))
    rows: list[list[Child]] = []
    for name in shown_names:
        a, b = means[name]
        told = said_of(*name)
        row: list[Child] = [tag("bdi", told), shown(figure, a), shown(figure, b), shown(figure, b - a, signed=True)]
        if fraction:
            row.append(
                bar(
                    b - a,
                    None,
                    None,
                    floor=-widest,
                    ceiling=widest,
                    said=f"{told}: {shown(figure, b - a, signed=True)}",
                )
            )
        rows.append(row)
    left = len(order) - len(shown_names)
    caption = f"{name_of(figure)} by sequence, the largest loss first" + (
        f"; {left} in the middle left out" if left else ""
    )
    plot = None
    if fraction:
        points = [(" ".join(p for p in pair.name if p), pair.first[figure], pair.second[figure]) for pair in pairs]
        plot = scatter(f"{name_of(figure)} of each object", points, first, second)
    header = ["sequence", first, second, "difference", *([""] if fraction else [])]
    return section("Sequence by sequence", plot, table(caption, header, rows), name="sequences")


def _alone(found: Comparison, first: str, second: str) -> Element | None:
    told = [
        tag("p", f"Only in {heading} ({len(names)}): ", tag("bdi", said(names, 50)))
        for heading, names in ((first, found.only_first), (second, found.only_second))
        if names
    ]
    return section("Left out", *told, name="alone") if told else None


def _both(pairs: Sequence[Pair], figure: str) -> list[Pair]:
    return [pair for pair in pairs if figure in pair.first and figure in pair.second]


def _look(one: Difference) -> str | None:
    if not one.sure:
        return None
    return "better" if one.difference.value > 0 else "worse"
