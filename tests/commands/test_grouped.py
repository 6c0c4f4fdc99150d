"""Options in groups: the command line has each of a dataclass's fields, the command gets the dataclass."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer

from masklet.commands.grouped import grouped


@dataclass(frozen=True)
class Place:
    where: Annotated[str, typer.Option("--where", help="A place.")] = "here"
    often: Annotated[int, typer.Option("--often", min=1)] = 1


@dataclass(frozen=True)
class Farther(Place):
    where: Annotated[str, typer.Option("--where", help="Farther away.")] = "there"


@grouped
def go(name: Annotated[str, typer.Argument()], *, fast: bool = False, place: Place) -> str:
    """Go somewhere."""
    return f"{name} {fast} {place}"


@grouped
def go_on(name: Annotated[str, typer.Argument()], *, place: Farther) -> str:
    return f"{name} {place}"


def said(command: object, *words: str) -> object:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]
    return app(list(words), standalone_mode=False)


def test_fields_are_options_in_their_place() -> None:
    assert list(inspect.signature(go).parameters) == ["name", "fast", "where", "often"]
    assert go.__doc__ == "Go somewhere."
    assert said(go, "me") == "me False Place(where='here', often=1)"
    assert said(go, "--often", "3", "me", "--where", "away", "--fast") == "me True Place(where='away', often=3)"


def test_a_group_can_change_another_groups_option() -> None:
    assert said(go_on, "me", "--often", "2") == "me Farther(where='there', often=2)"


def test_what_an_option_refuses_is_refused() -> None:
    with pytest.raises(Exception, match="greater than or equal to 1"):
        said(go, "me", "--often", "0")


def test_the_same_option_twice_is_a_mistake_of_the_command() -> None:
    def twice(place: Place, farther: Farther) -> None: ...

    with pytest.raises(TypeError, match="says an option twice"):
        grouped(twice)
