"""The append-only prompt log: all that was said and done in a session, from which it can be repeated exactly.

One event is one line of JSON. Taking something back is an event as well; nothing is ever deleted. Tracking is logged
too, because a correction builds on what had been tracked by then.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from masklet.errors import InputError, OutputError
from masklet.media.files import atomic_write, make_folder, output_error
from masklet.media.rle import decode_mask, encode_mask, rle_to_json
from masklet.values import Prompt

Kind = Literal["prompt", "undo", "forget", "track"]
Direction = Literal["forward", "reverse", "fill"]

T = TypeVar("T")
FORMAT = 1
_MALFORMED = (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError)  # what broken JSON leads to
_notices = logging.getLogger("masklet")


@dataclass(frozen=True)
class Header:
    """What a log belongs to.

    size: (height, width) of the video; frames: how many it had. model, policy: names. exclusive: objects never overlap.
    strict: the published code was followed to the letter. fine: closer looks were taken on every frame, or none;
    None: as the network has it.
    """

    size: tuple[int, int]
    frames: int
    model: str
    policy: str
    exclusive: bool = False
    strict: bool = False
    fine: bool | None = None


@dataclass(frozen=True)
class Event:
    """One thing that was done.

    sequence: 0, 1, 2 … time: seconds since 1970. "prompt": name, frame and prompt, as it was said then, before it was
    joined with what was said earlier. "undo": nothing more. "forget": name. "track": the frames from `frame` to
    `last`, both included, went by in that direction ("fill": backward, and only objects not yet prompted there).
    """

    sequence: int
    time: float
    kind: Kind
    name: str | None = None
    frame: int | None = None
    prompt: Prompt | None = None
    last: int | None = None
    direction: Direction | None = None


class PromptLog(Sequence[Event]):
    """Events in order. With a path, each is on disk before `append` returns, so that a crash loses nothing."""

    def __init__(self, header: Header, path: str | os.PathLike[str] | None = None) -> None:
        """Raises OutputError when `path` cannot be written, or already holds a log that would be lost."""
        self.header = header
        self._events: list[Event] = []
        self._path = None if path is None else Path(path)
        if self._path is not None:
            with suppress(OSError):
                if self._path.stat().st_size:
                    raise OutputError(f"{self._path} already holds something: replay it, or choose another file")
            make_folder(self._path.parent)
            self._write_line(_header_to_json(header))

    def append(self, event: Event) -> None:
        """Add an event, on disk first. Raises OutputError when the disk refuses it; the log is then unchanged."""
        if event.sequence != len(self._events):
            raise ValueError(f"event {event.sequence} cannot follow {len(self._events)} events")
        self._write_line(_event_to_json(event))
        self._events.append(event)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole log, whole or not at all. Raises OutputError."""
        lines = [_header_to_json(self.header), *(_event_to_json(event) for event in self._events)]
        with atomic_write(path) as temporary:
            temporary.write_text("".join(_line(one) for one in lines), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __getitem__(self, index: Any) -> Any:
        return self._events[index]

    def _write_line(self, value: Mapping[str, Any]) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("ab") as file:
                start = file.tell()
                try:
                    file.write(_line(value).encode("utf-8"))
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    with suppress(OSError):
                        file.truncate(start)  # half a line would hide the next one
                    raise
        except OSError as error:
            raise output_error(self._path, error) from error


def read_log(path: str | os.PathLike[str]) -> PromptLog:
    """The log in a file, exactly as it was written.

    A last line that was cut off by a crash is left out, with a notice through `logging`.
    Raises InputError for a missing file or one that is no prompt log, naming the line.
    """
    source = Path(path)
    try:
        text = source.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"prompt log {source} cannot be read: {error.strerror or error}") from error
    lines = text.split("\n")
    torn = lines.pop()  # "" when the last line was finished
    if not lines:
        raise InputError(f"{source} holds no prompt log")
    try:
        log = PromptLog(_header_from_json(json.loads(lines[0])))
    except _MALFORMED as error:
        raise InputError(f"{source} is not a prompt log of masklet: its first line does not say so") from error
    for number, line in enumerate(lines[1:], start=2):
        try:
            log.append(_event_from_json(json.loads(line)))
        except _MALFORMED as error:
            raise InputError(f"{source}, line {number}: not an event of a prompt log ({error})") from error
    if torn:
        _notices.warning("%s: the last line was cut off and is left out", source)
    return log


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def _header_to_json(header: Header) -> dict[str, Any]:
    strict = {"strict": True} if header.strict else {}
    fine = {} if header.fine is None else {"fine": header.fine}
    return {
        "masklet_log": FORMAT,
        "size": list(header.size),
        "frames": header.frames,
        "model": header.model,
        "policy": header.policy,
        "exclusive": header.exclusive,
        **strict,
        **fine,
    }


def _header_from_json(value: Mapping[str, Any]) -> Header:
    if value["masklet_log"] != FORMAT:
        raise ValueError(f"format {value['masklet_log']}")
    height, width = value["size"]
    return Header(
        (int(height), int(width)),
        int(value["frames"]),
        str(value["model"]),
        str(value["policy"]),
        bool(value["exclusive"]),
        bool(value.get("strict", False)),
        _known(value, "fine", bool),
    )


def _event_to_json(event: Event) -> dict[str, Any]:
    value: dict[str, Any] = {"sequence": event.sequence, "time": event.time, "kind": event.kind}
    for key in ("name", "frame", "last", "direction"):
        if getattr(event, key) is not None:
            value[key] = getattr(event, key)
    prompt = event.prompt
    if prompt is None:
        return value
    if prompt.points:
        value["points"], value["labels"] = [list(point) for point in prompt.points], list(prompt.labels)
    if prompt.box is not None:
        value["box"] = list(prompt.box)
    if prompt.mask is not None:
        value["mask"] = rle_to_json(encode_mask(prompt.mask))
    return value


def _event_from_json(value: Mapping[str, Any]) -> Event:
    kind = value["kind"]
    if kind not in get_args(Kind):
        raise ValueError(f"unknown kind {kind!r}")
    event = Event(
        sequence=int(value["sequence"]),
        time=float(value["time"]),
        kind=kind,
        name=_known(value, "name", str),
        frame=_known(value, "frame", int),
        prompt=_prompt_from_json(value) if kind == "prompt" else None,
        last=_known(value, "last", int),
        direction=cast(Direction | None, _known(value, "direction", str)),
    )
    if event.direction not in (None, *get_args(Direction)):
        raise ValueError(f"unknown direction {event.direction!r}")
    needed = {"prompt": ("name", "frame"), "forget": ("name",), "track": ("frame", "last", "direction"), "undo": ()}
    for key in needed[kind]:
        if getattr(event, key) is None:
            raise ValueError(f"{kind} without {key}")
    if min(event.frame or 0, event.last or 0) < 0:
        raise ValueError("frames are counted from 0")
    return event


def _known(value: Mapping[str, Any], key: str, kind: type[T]) -> T | None:
    found = value.get(key)
    if found is not None and type(found) is not kind:
        raise ValueError(f"{key} is {found!r}")
    return found


def _prompt_from_json(value: Mapping[str, Any]) -> Prompt:
    box = value.get("box")
    mask = value.get("mask")
    return Prompt(
        points=tuple((float(x), float(y)) for x, y in value.get("points", ())),
        labels=tuple(int(label) for label in value.get("labels", ())),
        box=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        mask=None if mask is None else decode_mask(mask),
    )
