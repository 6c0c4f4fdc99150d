"""A record as one HTML page that opens offline, made so that a minute shows where a model fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from masklet.evaluate.bootstrap import FEW
from masklet.evaluate.display import first_figures, name_of, shown, shown_interval
from masklet.evaluate.findings import Findings, find, sequences
from masklet.evaluate.pages.contact import jpeg
from masklet.evaluate.pages.document import Child, Element, data_uri, page, section, table, tag
from masklet.evaluate.pages.report_details import all_objects, curves, over_time, where_it_fails
from masklet.evaluate.pages.report_worst import worst
from masklet.evaluate.record import Record
from masklet.media.files import atomic_write
from masklet.media.picture import read_picture


def write_report(record: Record, path: Path, sheets: Mapping[str, Path] | None = None) -> Findings:
    """Writes a record's page, whole or not at all, and gives what it says. Raises OutputError.

    Contact sheets need the pictures, annotations and predictions that the record names; without them the page says so.
    sheets: those that were drawn already, by what each shows; they take the place of the page's own. Raises MediaError
    when one cannot be read.
    """
    found = find(record)
    write_page(path, report_page(found, sheets))
    return found


def write_page(path: Path, text: str) -> None:
    """Writes a page, whole or not at all. Raises OutputError."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def report_page(found: Findings, sheets: Mapping[str, Path] | None = None) -> str:
    """The page as HTML. sheets: see `write_report`."""
    record, drawn = found.record, [_sheet(said, path) for said, path in (sheets or {}).items()]
    looked_at = [section("To look at", *drawn, name="sheets")] if drawn else []
    sections = [
        in_short(found),
        *_limits(found),
        *worst(found, galleries_too=not drawn),
        *looked_at,
        *where_it_fails(found),
        *over_time(found),
        *curves(record),
    ]
    sections += [*all_objects(found), how(record)]
    return page(f"{record.model} on {record.data}", sections, lead=[tag("p", _settings(record), class_="quiet")])


def in_short(found: Findings) -> Element:
    """The headline figures with their intervals, and the findings in words."""
    record = found.record
    known = [one for one in found.headline.values() if one is not None]
    note = ""
    if record.kind == "stress":
        note = (
            f"{len(record.items)} objects in {len(found.ranked)} clips. What a limit costs is compared clip by clip "
            f"with the easy clips; intervals by drawing clips anew (bootstrap). “Few” marks those of fewer than {FEW}."
        )
    elif known:
        most = max(known, key=lambda one: one.items)
        note = (
            f"{most.items} objects in {most.sequences} {sequences(record)}; intervals by drawing whole "
            f"{sequences(record)} anew (bootstrap). “Few” marks those of fewer than {FEW}."
        )
        if most.few:
            note += " With so few, take them as a rough guide."
    return section(
        "In short",
        _cards(found),
        tag("p", note, class_="quiet") if note else None,
        tag("ul", *(tag("li", one) for one in found.sentences), class_="findings"),
        _all_figures(found) if len(first_figures(record)) < len(record.figures) else None,
        name="short",
    )


def _cards(found: Findings) -> Element:
    """The figures that are looked at first; of a stress record what every limit costs."""
    if found.record.kind == "stress":
        from masklet.evaluate.pages.stress import limit_cards
        from masklet.evaluate.stress_costs import limit_costs

        return limit_cards(limit_costs(found.record))
    cards = []
    for name in first_figures(found.record):
        ends = shown_interval(name, found.headline[name])
        below = tag("span", f"95 %: {ends}", class_="quiet") if ends != "–" else None
        value = tag("div", shown(name, found.record.figures[name]), class_="value")
        cards.append(tag("div", tag("dt", name_of(name)), tag("dd", value, below)))
    return tag("dl", *cards, class_="figures")


def _limits(found: Findings) -> list[Element]:
    if found.record.kind != "stress":
        return []
    from masklet.evaluate.pages.stress import limit_section
    from masklet.evaluate.stress_costs import limit_costs

    return [limit_section(limit_costs(found.record))]


def _sheet(said: str, path: Path) -> Element:
    """A wide picture, which scrolls sideways where it does not fit."""
    pixels = read_picture(path)
    size = {"width": pixels.shape[1], "height": pixels.shape[0]}
    picture = tag("img", src=data_uri(jpeg(pixels)), alt=said, loading="lazy", **size)
    return tag(
        "figure", tag("figcaption", said), picture, class_="scroll", tabindex="0", role="region", aria_label=said
    )


def _all_figures(found: Findings) -> Element:
    figures = found.record.figures
    rows: list[list[Child]] = [
        [name_of(name), shown(name, value), shown_interval(name, found.headline[name])]
        for name, value in figures.items()
    ]
    told = table("All figures", ["figure", "value", "95 %"], rows)
    return tag("details", tag("summary", f"All figures ({len(figures)})"), told)


def how(record: Record, title: str = "How to repeat it", name: str = "how") -> Element:
    """What it takes to get the same figures again."""
    told = [("Command", tag("code", record.command)), ("masklet", tag("span", record.version))]
    told += [("Machine", tag("span", record.machine)), ("Time", tag("span", f"{record.seconds:.0f} s"))]
    parts = [tag("p", f"{what}: ", value) for what, value in told]
    return section(title, *parts, name=name)


def _settings(record: Record) -> str:
    settings = [f"{name.replace('_', ' ')}: {value}" for name, value in record.protocol.items()]
    return "; ".join([record.kind, *settings])
