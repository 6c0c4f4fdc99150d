"""What is let in, before anything is done with it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from masklet.app import schemas
from masklet.app.exports import EXPORTS
from masklet.app.looks import EFFECTS

SAID = {"object": "o1", "frame": 0, "points": [[1, 2]]}
WRONG: list[tuple[type[BaseModel], dict[str, Any], str]] = [
    (schemas.PromptIn, SAID | {"shell": "rm"}, "shell"),
    (schemas.PromptIn, SAID | {"frame": -1}, "frame"),
    (schemas.PromptIn, SAID | {"points": [[float("nan"), 2]]}, "points"),
    (schemas.PromptIn, SAID | {"points": [[1, 2]] * 201}, "points"),
    (schemas.PromptIn, SAID | {"labels": [2]}, "labels"),
    (schemas.PromptIn, SAID | {"box": [1, 2, 3]}, "box"),
    (schemas.HoverIn, {"frame": 0, "x": float("inf"), "y": 1}, "x"),
    (schemas.EverythingIn, {"grid": 65}, "grid"),
    (schemas.ObjectIn, {"colour": "#12345"}, "colour"),
    (schemas.ObjectIn, {"name": "n" * 61}, "name"),
    (schemas.LookIn, {"effect": "blur", "strength": 1.1}, "strength"),
]


@pytest.mark.parametrize(("kind", "value", "place"), WRONG)
def test_what_does_not_fit_is_refused_by_its_place(kind: type[BaseModel], value: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(value)
    assert refused.value.errors()[0]["loc"][0] == place


def test_every_effect_and_every_export_may_be_asked_for_and_no_other() -> None:
    told = schemas.ExportIn.model_json_schema()
    assert set(told["properties"]["what"]["enum"]) == set(EXPORTS)
    assert set(told["$defs"]["LookIn"]["properties"]["effect"]["enum"]) == set(EFFECTS)
