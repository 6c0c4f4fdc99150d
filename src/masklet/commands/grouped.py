"""Options that go together, said once: a command takes a frozen dataclass, the command line has each of its fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


def grouped(command: Callable[..., T]) -> Callable[..., T]:
    """The command as typer is to see it: instead of each parameter that is a dataclass, the dataclass's fields.

    Fields are annotated as parameters are, with `Annotated`, and have a default or none. Raises TypeError when two
    options of a command have the same name.
    """
    hints = get_type_hints(command, include_extras=True)
    spread: list[Parameter] = []
    groups: dict[str, Any] = {}
    for one in inspect.signature(command).parameters.values():
        kind = hints[one.name]
        if is_dataclass(kind):
            groups[one.name] = kind
            spread += _options_of(kind)
        else:
            spread.append(Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default, annotation=kind))
    names = [one.name for one in spread]
    if len(set(names)) < len(names):
        raise TypeError(f"{command.__name__} says an option twice: {', '.join(names)}")

    @wraps(command)
    def call(**said: Any) -> T:
        for name, kind in groups.items():
            said[name] = kind(**{field.name: said.pop(field.name) for field in fields(kind)})
        return command(**said)

    call.__signature__ = Signature(spread)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in spread}
    return call


def _options_of(kind: Any) -> list[Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]
