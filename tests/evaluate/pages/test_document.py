"""Pages hold whatever text is put into them, load nothing and run nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.evaluate.pages.document import page, safe_text, section, table, tag

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><h1>other</h1>",
    "&lt;b&gt; &amp; <!-- --> ]]>",
    "javascript:alert(1)",
    "\u202egpj.exe\x00\x1b[2J",
    "\ud800 lone",
)


class Reader(HTMLParser):
    """What a browser would see: tags with attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def check_harmless(text: str) -> Reader:
    """Nothing is loaded from elsewhere, nothing runs; gives what was read."""
    text.encode("utf-8")
    seen = Reader(text)
    for name, attributes in seen.tags:
        assert name not in ("script", "link", "iframe", "object", "embed", "base", "form")
        assert not any(key.startswith("on") for key in attributes), (name, attributes)
        assert all(value is None or "javascript:" not in value for key, value in attributes.items() if key == "href")
        assert (attributes.get("src") or "data:image/").startswith("data:image/")
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in text
    assert "url(" not in text
    return seen


def whole(name: str) -> str:
    listed = table(name, [name, name], [[tag("bdi", name), name]])
    return page(name, [section(name, name, listed, name="part")], lead=[tag("p", name, title=name, aria_label=name)])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_text(name: str) -> None:
    plain, hostile = check_harmless(whole("name")), check_harmless(whole(name))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags], "text made elements"
    assert [list(attributes) for _, attributes in hostile.tags] == [list(attributes) for _, attributes in plain.tags]


@given(st.text(max_size=30))
def test_any_text_comes_back_as_it_is_but_for_controls(text: str) -> None:
    seen = Reader(page("title", [section("part", tag("p", text), name="part")]))
    assert safe_text(text) in "".join(seen.text)
    assert safe_text(text) == text or not text.isprintable()


def test_the_policy_stands_before_anything_else_and_allows_nothing() -> None:
    seen = Reader(page("title", []))
    policies = [a["content"] for tag, a in seen.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'")
    assert "script" not in str(policies[0])


def test_a_page_is_labelled() -> None:
    seen = Reader(page("title", [section("Part", table("Told", ["a", "b"], [["x", "1"]]), name="part")]))
    assert ("html", {"lang": "en"}) in seen.tags
    assert ("main", {"id": "content"}) in seen.tags
    assert ("a", {"href": "#part"}) in seen.tags
    headers = [attributes.get("scope") for tag, attributes in seen.tags if tag == "th"]
    assert headers == ["col", "col", "row"]
    regions = [attributes for tag, attributes in seen.tags if attributes.get("role") == "region"]
    assert [one["aria-label"] for one in regions] == ["Told"]


def test_children_and_text_keep_their_order() -> None:
    made = tag("p", "a", tag("b", "c"), "d", None, tag("i", "e"), "f", data_x=0.5)
    assert "".join(made.itertext()) == "acdef"
    assert made.get("data-x") == "0.5"
