"""The worst sequences of a record, with prediction drawn against truth."""

from __future__ import annotations

from masklet.errors import InputError
from masklet.evaluate.breakdown import Ranked
from masklet.evaluate.display import is_fraction, name_of, said_of, shown
from masklet.evaluate.findings import Findings
from masklet.evaluate.pages.charts import bar
from masklet.evaluate.pages.contact import FALSE, MISSED, RIGHT, Shot, jpeg, shots, worst_item
from masklet.evaluate.pages.document import Child, Element, data_uri, section, table, tag
from masklet.evaluate.record import Item

LISTED = 10
SHOWN = 6
FRAMES = 6
STILLS = 12
WIDTH = 384


def worst(found: Findings, *, galleries_too: bool = True) -> list[Element]:
    """The section, or nothing when there is one sequence or none. galleries_too: their pictures, not the list alone."""
    if not found.ranked:
        return []
    made = galleries(found) if galleries_too else []
    seen = any(one.find(".//img") is not None for one in made)
    sheets = [tag("h3", "Prediction against truth"), colours(), *made] if seen else made[:1]
    return [section("Worst first", listing(found), *sheets, name="worst")]


def listing(found: Findings) -> Element:
    """The worst sequences as a table with bars."""
    figure, ranked = found.figures[0], found.ranked[:LISTED]
    rows: list[list[Child]] = []
    for one in ranked:
        name = said_of(*one.name) if found.sources else one.name[1]  # a single source says nothing
        row: list[Child] = [tag("bdi", name), str(len(one.items)), shown(figure, one.value)]
        if is_fraction(figure):
            row.append(bar(one.value, None, None, said=f"{name}: {shown(figure, one.value)}"))
        rows.append(row)
    header = ["name", "objects", name_of(figure)] + ([""] if is_fraction(figure) else [])
    return table(f"The worst {len(ranked)} of {len(found.ranked)}", header, rows)


def colours() -> Element:
    """What the colours over the pictures mean."""
    told = ((RIGHT, "right"), (FALSE, "false: a mask where the object is not"), (MISSED, "missed: the object, no mask"))
    items = []
    for rgb, name in told:
        block = tag("rect", x=0, y=1, width=28, height=10, fill=f"rgb{rgb}")
        items.append(tag("li", tag("svg", block, viewBox="0 0 28 12", aria_hidden="true"), name))
    return tag("ul", *items, class_="key")


def galleries(found: Findings) -> list[Element]:
    """Of videos a row of frames per sequence, of pictures one row for all; each shows the worst object there."""
    if any(one.frames for one in found.record.items):
        return [_video(found, one) for one in found.ranked[:SHOWN]]
    figures, problems = [], []
    for one in found.ranked[:STILLS]:
        item = worst_item(found.record, one.items)
        made = _taken(item)
        problems += [made] if isinstance(made, str) else []
        figures += (
            []
            if isinstance(made, str)
            else [_figure(shot, f"{item.sequence}, object {item.object}: ") for shot in made]
        )
    if not figures:
        return [tag("p", *problems[:1], class_="quiet")]
    return [tag("div", *figures, class_="strip still")]


def _video(found: Findings, one: Ranked) -> Element:
    item = worst_item(found.record, one.items)
    made = _taken(item)
    if isinstance(made, str):
        body = tag("p", made, class_="quiet")
    else:
        body = tag("div", *(_figure(shot) for shot in made), class_="strip")
    note = "The predicted masks were not kept, so the truth alone is drawn." if item.predictions is None else None
    return tag(
        "div", tag("h3", tag("bdi", _title(found, item))), tag("p", note, class_="quiet") if note else None, body
    )


def _taken(item: Item) -> tuple[Shot, ...] | str:
    """Some frames of an item, or why there are none."""
    try:
        taken = shots(item, most=FRAMES, width=WIDTH)
    except (InputError, OSError, IndexError) as problem:
        return f"No pictures: {problem}."
    return taken or "No pictures: no annotated frame was found."


def _figure(shot: Shot, before: str = "") -> Element:
    height, width = shot.pixels.shape[:2]
    picture = tag("img", src=data_uri(jpeg(shot.pixels)), alt=shot.said, width=width, height=height, loading="lazy")
    return tag("figure", picture, tag("figcaption", tag("bdi", before), shot.caption))


def _title(found: Findings, item: Item) -> str:
    figure = found.figures[0]
    return f"{item.sequence}, object {item.object}: {name_of(figure)} {shown(figure, item.figures[figure])}"
