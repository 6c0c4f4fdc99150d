"""What one evaluation gave, as a value and as a JSON file: the figures, and the objects and frames they came from.

Everything that shows, compares or groups figures reads records; every `masklet evaluate …` writes one. Figures are
fractions, 0 to 1, or plain numbers (clicks, seconds), at full precision; rounding is for display.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from masklet.errors import InputError
from masklet.media.files import atomic_write

T = TypeVar("T")

Kind = Literal["vos", "images", "interactive", "everything", "stress", "predictions"]

FORMAT = 1
"""The version of the JSON; raised when readers of the old one would misread the new."""

_NAME = "masklet evaluation"


@dataclass(frozen=True)
class FrameFigures:
    """One object on one annotated frame.

    index: 0-based place in the video. j, f: region similarity and boundary accuracy. iou: plain intersection over
    union. truth_visible, predicted_visible: whether the truth and the prediction have any pixel.
    """

    index: int
    j: float
    f: float
    iou: float
    truth_visible: bool
    predicted_visible: bool


@dataclass(frozen=True)
class Item:
    """One object of one video or picture.

    sequence: the video's or picture's name in the set. object: its number, or its name where it has no number.
    source: the data set or the picture's source, "" for none. figures: its own, by name: "jf", "j", "f", "iou@1" …
    frames: every annotated frame that was scored. pictures: the picture, the folder of frames or the video file;
    annotations: the truth's folder or file; predictions: the folder of predicted masks: None where there is none.
    """

    sequence: str
    object: int | str
    source: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    frames: tuple[FrameFigures, ...] = field(default=(), repr=False)
    pictures: Path | None = None
    annotations: Path | None = None
    predictions: Path | None = None


@dataclass(frozen=True)
class Record:
    """One evaluation.

    model: a model's name, or "predictions:FOLDER". data: the set's folder. protocol: the settings, as text or numbers,
    {"given": "1 click"}. command: the command line that repeats it. version: masklet's. machine: one line.
    seconds: wall time. figures: the headline, by name. curves: by name, points (x, y). items: the objects.
    """

    kind: Kind
    model: str
    data: str
    protocol: Mapping[str, str | int | float | bool]
    command: str
    version: str
    machine: str
    seconds: float
    figures: Mapping[str, float]
    curves: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    items: tuple[Item, ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, Any]:
        """As values for JSON; `record_from_json` reads them back as an equal record."""
        return {
            "what": _NAME,
            "format": FORMAT,
            "kind": self.kind,
            "model": self.model,
            "data": self.data,
            "protocol": dict(self.protocol),
            "command": self.command,
            "version": self.version,
            "machine": self.machine,
            "seconds": self.seconds,
            "figures": dict(self.figures),
            "curves": {name: [list(point) for point in points] for name, points in self.curves.items()},
            "items": [item_as_json(item) for item in self.items],
        }

    def write(self, path: Path) -> None:
        """Write it, whole or not at all. Raises OutputError when the place refuses it."""
        text = json.dumps(self.as_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with atomic_write(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def read_record(path: Path) -> Record:
    """The record in a file that `Record.write` wrote. Raises InputError for another or a broken file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; give a record that `masklet evaluate` wrote") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"{path}: cannot be read: {why}; give a record that `masklet evaluate` wrote") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no whole JSON ({error}); evaluate again or restore the file") from None
    try:
        return record_from_json(value)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def record_from_json(value: Any) -> Record:
    """The record of `Record.as_json`'s values. Raises InputError when they are of another form or version."""
    if not isinstance(value, dict) or value.get("what") != _NAME:
        raise InputError("is no record of an evaluation; give one that `masklet evaluate` wrote")
    if value.get("format") != FORMAT:
        raise InputError(
            f"is a record of version {value.get('format')!r}, this masklet reads version {FORMAT}; evaluate again, or "
            "update masklet"
        )
    if value.get("kind") not in get_args(Kind):
        raise InputError(f"says it is of the kind {value.get('kind')!r}; there are {', '.join(get_args(Kind))}")
    return Record(
        kind=value["kind"],
        **{name: _field(value, name, _text) for name in ("model", "data", "command", "version", "machine")},
        protocol=_field(value, "protocol", _mapping(_setting)),
        seconds=_field(value, "seconds", _number),
        figures=_field(value, "figures", _mapping(_number)),
        curves=_field(value, "curves", _mapping(_list(_point))),
        items=_field(value, "items", _list(item_from_json)),
    )


def item_as_json(item: Item) -> dict[str, Any]:
    """One item as values for JSON; its frames as rows, which keeps large records small."""
    paths = {name: getattr(item, name) for name in _PATHS}
    return {
        "sequence": item.sequence,
        "object": item.object,
        "source": item.source,
        "figures": dict(item.figures),
        "frames": [[f.index, f.j, f.f, f.iou, int(f.truth_visible), int(f.predicted_visible)] for f in item.frames],
        **{name: None if path is None else str(path) for name, path in paths.items()},
    }


def item_from_json(value: Any) -> Item:
    """The item of `item_as_json`'s values. Raises InputError when they are of another form."""
    if not isinstance(value, dict):
        raise InputError("is a broken record: an item must be an object")
    return Item(
        sequence=_field(value, "sequence", _text),
        object=_field(value, "object", _name),
        source=_field(value, "source", _text),
        figures=_field(value, "figures", _mapping(_number)),
        frames=_field(value, "frames", _list(_frame)),
        **{name: _field(value, name, _path) for name in _PATHS},
    )


_PATHS = ("pictures", "annotations", "predictions")


def _field(value: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T:
    try:
        return read(value[name])
    except KeyError:
        raise InputError(f"is a broken record: {name!r} is missing; evaluate again") from None
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"is a broken record: {name!r} {error}; evaluate again") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be text, not {value!r:.40}")
    return value


def _name(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"must be a number or a name, not {value!r:.40}")
    return value


def _path(value: Any) -> Path | None:
    return None if value is None else Path(_text(value))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"must be a number, not {value!r:.40}")
    return value


def _setting(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | bool) else _number(value)


def _point(value: Any) -> tuple[float, float]:
    if not isinstance(value, Sequence) or len(value) != 2:
        raise TypeError("must have points of two numbers")
    return _number(value[0]), _number(value[1])


def _frame(value: Any) -> FrameFigures:
    if not isinstance(value, Sequence) or len(value) != 6 or not isinstance(value[0], int):
        raise TypeError("must be rows of index, J, F, IoU and two flags")
    j, f, overlap = (_number(one) for one in value[1:4])
    return FrameFigures(value[0], j, f, overlap, value[4] == 1, value[5] == 1)


def _mapping(read: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    def read_all(value: Any) -> dict[str, T]:
        if not isinstance(value, dict):
            raise TypeError("must be an object")
        return {name: read(one) for name, one in value.items()}

    return read_all


def _list(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    def read_all(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise TypeError("must be a list")
        return tuple(read(one) for one in value)

    return read_all


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")
