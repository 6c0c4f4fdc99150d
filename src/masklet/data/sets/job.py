"""A conversion on its way: what is done lies in a folder beside the result until all is, so that it can go on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from masklet.data.sets.seam import Record
from masklet.errors import OutputError
from masklet.media.files import atomic_write, make_folder

_FOLDER = ".masklet-convert"


class Job:
    """The state of one conversion into `target`; a context manager that holds a lock, so that two do not mix.

    order: what is converted, in words that must be the same when it goes on.
    """

    def __init__(self, target: Path, order: dict[str, Any]) -> None:
        self._target, self._order = target, order
        self._folder = target / _FOLDER
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Raises OutputError when the folder holds something else or cannot be written, or another process works
        on it."""
        if self._target.exists() and not self._target.is_dir():
            raise OutputError(f"{self._target}: a file is in the way; give another folder")
        begun = (self._folder / "job.json").is_file()
        if not begun and self._target.is_dir() and any(p.name != _FOLDER for p in self._target.iterdir()):
            raise OutputError(f"{self._target}: holds something already; give a new or an empty folder")
        make_folder(self._folder)
        self._lock = _locked(self._folder / "lock", self._target)
        if begun:
            before = json.loads((self._folder / "job.json").read_text(encoding="utf-8"))
            if before != self._order:
                self._release()
                raise OutputError(f"{self._target}: holds the beginning of another conversion; give another folder")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def begin(self) -> None:
        """From here on there is something to go on with."""
        with atomic_write(self._folder / "job.json") as temporary:
            temporary.write_text(json.dumps(self._order), encoding="utf-8")

    def give_up(self) -> None:
        """Leave nothing of a conversion that has not begun."""
        if not (self._folder / "job.json").is_file():
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._target.is_dir() and not any(self._target.iterdir()):
                self._target.rmdir()

    def is_done(self, number: int) -> bool:
        """Whether the number-th item is."""
        return self._mark(number).is_file()

    def finish(self) -> None:
        """All items are done, and the set's own files written."""
        shutil.rmtree(self._folder)

    def keep(self, survey: dict[str, Any]) -> None:
        """Keep what looking through the set found, so that going on need not look again."""
        with atomic_write(self._folder / "survey.json") as temporary:
            temporary.write_text(json.dumps(survey), encoding="utf-8")

    def kept(self) -> dict[str, Any] | None:
        """What was kept, if anything."""
        path = self._folder / "survey.json"
        found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        return found

    def note(self, number: int) -> dict[str, Any]:
        """What was kept of the number-th item."""
        kept: dict[str, Any] = json.loads(self._mark(number).read_text(encoding="utf-8"))
        return kept

    def records(self, count: int) -> Records:
        """All items' records in order."""
        return Records(self, count)

    def _mark(self, number: int) -> Path:
        return mark_of(self._target, number)

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class Records:
    """The records of all done items; can be gone through more than once, and holds one at a time."""

    def __init__(self, job: Job, count: int) -> None:
        self._job, self._count = job, count

    def __iter__(self) -> Iterator[Record]:
        for number in range(self._count):
            yield from self._job.note(number)["records"]


def mark_of(target: Path, number: int) -> Path:
    """The file that says that the number-th item is done."""
    return target / _FOLDER / "done" / f"{number // 1000:05d}" / f"{number:08d}.json"


def staging(target: Path, number: int) -> Path:
    """A new empty folder for the files of the number-th item."""
    folder = target / _FOLDER / f"part-{number:08d}"
    shutil.rmtree(folder, ignore_errors=True)
    return make_folder(folder)


def lay_into(part: Path, target: Path) -> None:
    """Move the tree below `part` into the target, files over files, and remove `part`."""
    for root, folders, files in os.walk(part):
        place = target / Path(root).relative_to(part)
        for name in folders:
            make_folder(place / name)
        for name in files:
            os.replace(Path(root) / name, place / name)
    shutil.rmtree(part)


def _locked(path: Path, target: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise OutputError(
            f"{target}: another conversion is writing there; wait for it, or give another folder"
        ) from None
    return descriptor
