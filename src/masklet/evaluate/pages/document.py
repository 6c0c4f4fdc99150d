"""HTML without templates: elements that escape whatever is put into them, and one self-contained page of them.

A page loads nothing: its style is inside, pictures are data, charts are SVG, and there is no script. The browser is
told so by a content security policy, so that not even a fault here could load or run anything.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from masklet.evaluate.pages.style import STYLE

Element = ElementTree.Element
Child = Element | str | None

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

# Control characters, and those that turn the direction of text: a name must not rearrange the page around it.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def tag(name: str, /, *children: Child, **attributes: str | float | None) -> Element:
    """An element. Text is escaped; None is left out. A trailing _ of an attribute's name goes, other _ become -."""
    made = Element(name)
    for key, value in attributes.items():
        if value is not None:
            made.set(key.rstrip("_").replace("_", "-"), safe_text(value if isinstance(value, str) else f"{value:g}"))
    add(made, *children)
    return made


def add(parent: Element, *children: Child) -> None:
    """Puts children at an element's end."""
    for child in children:
        if child is None:
            continue
        if not isinstance(child, str):
            parent.append(child)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + safe_text(child)
        else:
            parent.text = (parent.text or "") + safe_text(child)


def safe_text(text: str) -> str:
    """Text as a page can hold it: what controls or cannot be encoded becomes "\ufffd"."""
    return _UNSAFE.sub("\ufffd", text)


def data_uri(data: bytes, kind: str = "image/jpeg") -> str:
    """A file's bytes as an address that a page can carry in itself."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Child]], *, left: int = 1) -> Element:
    """A table that scrolls sideways where it does not fit. The first cell of a row heads it.

    left: how many columns are text; the others are numbers, to the right.
    """

    def side(place: int) -> str | None:
        return None if place < left else "number"

    head = tag("tr", *(tag("th", name, scope="col", class_=side(i)) for i, name in enumerate(header)))
    body = [
        tag(
            "tr",
            *(
                tag("td" if place else "th", cell, scope=None if place else "row", class_=side(place))
                for place, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    made = tag("table", tag("caption", tag("span", caption)), tag("thead", head), tag("tbody", *body))
    return tag("div", made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def section(title: str, *children: Child, name: str) -> Element:
    """A part of the page with a heading; name: what links to it say."""
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def page(title: str, sections: Sequence[Element], *, lead: Sequence[Child] = ()) -> str:
    """The whole document as text, with links to its sections at the top."""
    links = [tag("li", tag("a", one.findtext("h2") or "", href=f"#{one.get('id')}")) for one in sections]
    body = tag(
        "body",
        tag("a", "To the content", href="#content", class_="skip"),
        tag("header", tag("h1", title), *lead),
        tag("nav", tag("ul", *links), aria_label="Sections"),
        tag("main", *sections, id="content"),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        _style(),
    )
    html = tag("html", head, body, lang="en")
    return "<!DOCTYPE html>\n" + ElementTree.tostring(html, encoding="unicode", method="html") + "\n"


def _style() -> Element:
    made = Element("style")
    made.text = STYLE  # ours, and not escaped inside <style>
    return made
