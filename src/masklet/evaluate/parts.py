"""A set evaluated sequence by sequence: in several processes or on several machines, and resumed where it was stopped.

Each sequence's result is a part, written whole by whoever worked it out. What is made of the parts is made from the
files, in the set's order, so it is the same to the last digit however the work was shared and however often stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from masklet.data.sets.workers import over
from masklet.errors import InputError, OutputError
from masklet.evaluate.answers import Progress
from masklet.evaluate.record import Item, item_as_json, item_from_json
from masklet.media.files import atomic_write

Engine = Literal["processes", "ray"]


@dataclass(frozen=True)
class Part:
    """One sequence's result.

    items: its objects. left_out: "sequence/object" of what has no frame to count. frames: tracked; seconds: of the
    model's work. issues: what of the set could not be read. more: the protocol's own, as JSON values.
    """

    items: tuple[Item, ...]
    left_out: tuple[str, ...] = ()
    frames: int = 0
    seconds: float = 0.0
    issues: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As values for JSON; `part_from_json` reads them back as an equal part."""
        return {
            "items": [item_as_json(item) for item in self.items],
            "left_out": list(self.left_out),
            "frames": self.frames,
            "seconds": self.seconds,
            "issues": list(self.issues),
            "more": dict(self.more),
        }


def part_from_json(value: Mapping[str, Any]) -> Part:
    """The part of `Part.as_json`'s values. Raises KeyError, TypeError or ValueError for another form."""
    return Part(
        tuple(item_from_json(item) for item in value["items"]),
        tuple(value["left_out"]),
        value["frames"],
        value["seconds"],
        tuple(value["issues"]),
        value["more"],
    )


class NothingWorkedOut(InputError):
    """No sequence could be evaluated. failed: why, by sequence."""

    def __init__(self, failed: Mapping[str, str]) -> None:
        """The text is the error itself where all have the same, else it names sequences."""
        names, errors = list(failed), set(failed.values())
        more = f" and {len(names) - 20} more" if len(names) > 20 else ""
        several = f"none of these {len(names)} could be evaluated: {', '.join(names[:20])}{more}"
        super().__init__(several if len(errors) > 1 else errors.pop())
        self.failed = failed


Work = Callable[[str], Part]


class Job(Protocol):
    """A protocol over a set, with all it needs; it can be pickled. What is opened is opened in `start`."""

    def names(self) -> Sequence[str]:
        """The sequences, in order."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """All that the result depends on, as JSON values: parts of other settings are not taken."""
        ...

    def stamp(self, name: str) -> str:
        """Changes when files that a sequence's result depends on do; "" where they are not looked at."""
        ...

    def start(self) -> Work:
        """What works out one sequence after another; it raises InputError for one that cannot be evaluated."""
        ...


@dataclass(frozen=True)
class Outcome:
    """parts: by sequence, in the set's order. failed: why others have none, by sequence. resumed: how many parts were
    there before."""

    parts: Mapping[str, Part]
    failed: Mapping[str, str]
    resumed: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """All objects."""
        return tuple(item for part in self.parts.values() for item in part.items)


def work_out(
    job: Job, folder: Path, *, workers: int = 1, engine: Engine = "processes", progress: Progress | None = None
) -> Outcome:
    """Evaluates what has no part in `folder` yet, and gives all parts.

    Raises InputError when the folder holds parts of another evaluation, NothingWorkedOut when no sequence could be
    evaluated, OutputError when it cannot be written to.
    """
    names = list(job.names())
    if not names:
        raise InputError("there is nothing to evaluate in this set")
    _claim(folder, job, names)
    stamps = [job.stamp(name) for name in names]
    missing = [i for i, name in enumerate(names) if _read(folder, i, name, stamps[i]) is None]
    resumed = done = len(names) - len(missing)
    failed: dict[str, str] = {}
    if progress:
        progress(done, len(names))
    order = (job, names, stamps, folder)
    for i, error in _engine(engine)(order, missing, workers):
        done += 1
        if error is not None:
            failed[names[i]] = error
        if progress:
            progress(done, len(names))
    parts = {name: part for i, name in enumerate(names) if (part := _read(folder, i, name, stamps[i])) is not None}
    failed = {name: failed[name] for name in names if name in failed}
    if not parts:
        raise NothingWorkedOut(failed)
    return Outcome(parts, failed, resumed)


Order = tuple[Job, Sequence[str], Sequence[str], Path]
Ended = tuple[int, str | None]
"""A sequence's place among the names, and why it has no part."""


class Bench:
    """What a process works at."""

    def __init__(self, order: Order) -> None:
        self._job, self._names, self._stamps, self._folder = order
        self._work = self._job.start()

    def work(self, number: int) -> tuple[str | None, str | None]:
        """A sequence's part as JSON text, or why there is none."""
        name = self._names[number]
        try:
            part = self._work(name)
        except OutputError:
            raise
        except InputError as error:
            return None, str(error)
        return json.dumps({"name": name, "stamp": self._stamps[number], **part.as_json()}, allow_nan=False), None

    def work_and_write(self, number: int) -> Ended:
        """The same, written into the folder."""
        text, error = self.work(number)
        if text is not None:
            write_part(self._folder, number, text)
        return number, error


def write_part(folder: Path, number: int, text: str) -> None:
    """Write one part, whole or not at all. Raises OutputError."""
    with atomic_write(_place(folder, number)) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _in_processes(order: Order, numbers: Sequence[int], workers: int) -> Iterator[Ended]:
    if numbers:
        yield from over(Bench, order, Bench.work_and_write, numbers, workers)


def _engine(name: Engine) -> Callable[[Order, Sequence[int], int], Iterable[Ended]]:
    if name == "processes":
        return _in_processes
    from masklet.evaluate.on_ray import over_ray

    return over_ray


def _claim(folder: Path, job: Job, names: Sequence[str]) -> None:
    """Say whose parts lie in a folder. Raises InputError when they are another evaluation's."""
    settings = json.loads(json.dumps({**job.settings(), "names": _hash(names)}))
    path = folder / "settings.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(settings), encoding="utf-8")
        return
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); remove the folder or give another --out") from None
    if known != settings and not any(one.name != path.name for one in folder.iterdir()):
        with atomic_write(path) as temporary:  # begun and left before anything was done
            temporary.write_text(json.dumps(settings), encoding="utf-8")
    elif known != settings:
        differing = sorted(key for key in {*known, *settings} if known.get(key) != settings.get(key))
        what = ", ".join("model (or device, precision, runtime, fine)" if key == "model" else key for key in differing)
        raise InputError(
            f"{folder}: holds the parts of a stopped evaluation with another {what}; remove it or give another --out"
        )


def _read(folder: Path, number: int, name: str, stamp: str) -> Part | None:
    """A part that is there, whole, and of the files as they are now; else None."""
    try:
        value = json.loads(_place(folder, number).read_text(encoding="utf-8"))
        return part_from_json(value) if (value["name"], value["stamp"]) == (name, stamp) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.json"


def _hash(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
