"""A training's configuration: a TOML or Python file, or a recipe's name, and settings from the command line."""

from __future__ import annotations

import runpy
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from masklet.errors import InputError

from . import config
from .config import Training
from .recipes import RECIPES


def read_training(source: str | Path, settings: Sequence[str] = ()) -> Training:
    """The training that `source` describes: a recipe's name, a .toml file, or a .py file that sets `training`.

    settings: KEY=VALUE, later ones win; a key is a path of names and stage numbers (stages.0.optimiser.rate=1e-4), a
    value is read as TOML, or as text where it is none. A Python file is run, as any program would be.
    Raises InputError naming the file, and the key that is unknown or has a value of the wrong kind.
    """
    from pydantic import TypeAdapter, ValidationError

    values = _values(source)
    for setting in settings:
        _set(values, setting)
    try:
        return TypeAdapter(Training).validate_python(values)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{source}: {where or 'the training'}: {_reason(fault)}") from None


def _values(source: str | Path) -> dict[str, Any]:
    if str(source) in RECIPES:
        return asdict(RECIPES[str(source)]())
    path = Path(source)
    if not path.is_file():
        raise InputError(f"{source}: no such file, and no recipe of that name; recipes are {', '.join(RECIPES)}")
    if path.suffix == ".py":
        return _run(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML ({error})") from None


def _run(path: Path) -> dict[str, Any]:
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise InputError(f"{path}: stopped with {type(error).__name__}: {error}") from error
    training = names.get("training")
    if not isinstance(training, Training):
        raise InputError(f"{path}: sets no `training` of the type masklet.train.config.Training")
    assert is_dataclass(training)
    return asdict(training)


def _set(values: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {setting}: expected KEY=VALUE, say stages.0.steps=500")
    *path, last = key.strip().split(".")
    place: Any = values
    for part in path:
        place = _step(place, part, setting)
    if isinstance(place, list | tuple):
        raise InputError(f"--set {setting}: {last} is the number of a stage; name what to set in it")
    place[last] = _value(text)


def _step(place: Any, part: str, setting: str) -> Any:
    if isinstance(place, list | tuple):
        if not part.isdigit() or int(part) >= len(place):
            raise InputError(f"--set {setting}: there is no stage {part}; they are numbered 0 to {len(place) - 1}")
        return place[int(part)]
    if part == "stages":
        # asdict gives tuples; the entries themselves can be changed either way
        return place.setdefault(part, [{}])
    inner = place.setdefault(part, {})
    if not isinstance(inner, dict):
        raise InputError(f"--set {setting}: {part} has no settings inside")
    return inner


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _reason(fault: Any) -> str:
    if fault["type"] == "unexpected_keyword_argument":
        near = get_close_matches(str(fault["loc"][-1]), _names(Training), 1)
        return "there is no such setting" + (f"; did you mean {near[0]}?" if near else "")
    given = "" if fault["type"] == "value_error" else f" (it is {fault['input']!r:.60})"
    return fault["msg"].removeprefix("Value error, ") + given


def _names(kind: Any) -> list[str]:
    """Every setting's name."""
    kinds = (config.Training, config.Sources, config.TrainConfig, config.DataConfig, config.InteractionConfig)
    return [f.name for one in (*kinds, config.LossConfig, config.OptimiserConfig) for f in fields(one)]
