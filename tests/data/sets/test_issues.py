"""What is wrong with a set: told, counted, and no reason to stop reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from masklet.data.sets.issues import DataError, Issue, Issues, told_when_malformed
from masklet.errors import InputError, MediaError


def refuse(path: Path) -> int:
    raise MediaError(f"{path}: cannot be read")


def test_an_issue_is_one_line_with_its_place() -> None:
    issues = Issues()
    issues.add(Path("a.json"), "JSON broken", "two\n  lines", "line 3")
    issues.add("b.png", "picture broken", "is empty")
    assert [str(one) for one in issues] == ["a.json, line 3: two lines", "b.png: is empty"]
    assert issues.as_json() == {
        "count": 2,
        "kinds": {"JSON broken": 1, "picture broken": 1},
        "issues": [
            {"file": "a.json", "where": "line 3", "kind": "JSON broken", "what": "two lines"},
            {"file": "b.png", "where": "", "kind": "picture broken", "what": "is empty"},
        ],
    }


def test_all_are_counted_and_a_thousand_kept() -> None:
    issues = Issues()
    for number in range(1200):
        issues.take(Issue(f"{number}", "broken", "x"))
    assert len(issues) == 1200 and len(list(issues)) == 1000 and issues.counts["broken"] == 1200


def test_what_a_reader_raises_becomes_an_issue_without_the_files_name_twice() -> None:
    issues = Issues()
    assert issues.attempt(Path("a.png"), "picture broken", refuse) is None
    with issues.catch(Path("b.png"), "picture broken"):
        refuse(Path("b.png"))
    assert [str(one) for one in issues] == ["a.png: cannot be read", "b.png: cannot be read"]
    assert issues.attempt(Path("c.png"), "picture broken", lambda path: path.name) == "c.png"


def test_what_is_no_fault_of_the_input_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), Issues().catch(Path("a"), "broken"):
        raise ZeroDivisionError
    with pytest.raises(DataError, match="at once"), Issues().catch(Path("a"), "broken"):
        raise DataError("at once")


def test_strict_stops_at_the_first() -> None:
    strict = Issues(strict=True)
    with pytest.raises(DataError, match="a, line 1: x"):
        strict.add("a", "broken", "x", "line 1")
    with pytest.raises(MediaError, match="cannot be read"):
        strict.attempt(Path("a"), "broken", refuse)
    assert len(strict) == 0


class Drawer:
    """A set whose items are given."""

    folder = Path("set")

    def __init__(self, **items: Any) -> None:
        self.items, self.issues = items, Issues()

    @told_when_malformed
    def read(self, name: str) -> int | None:
        if name == "refused":
            raise InputError("refused")
        return int(self.items[name]["size"][0])


@pytest.mark.parametrize("item", [None, 3, {}, {"size": []}, {"size": ["x"]}, {"size": [float("inf")]}])
def test_fields_of_another_form_are_an_issue(item: Any) -> None:
    drawer = Drawer(a=item, b={"size": [4]})
    assert drawer.read("a") is None and drawer.read("b") == 4
    assert dict(drawer.issues.counts) == {"JSON broken": 1}
    assert str(next(iter(drawer.issues))).startswith("set/a: what the JSON says of it is of another form: ")
    with pytest.raises(InputError, match="refused"):
        drawer.read("refused")
