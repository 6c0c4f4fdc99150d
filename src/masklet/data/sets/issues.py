"""What is wrong with a set: told file by file, counted, and no reason to stop reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Protocol, TypeVar

from masklet.errors import InputError

T = TypeVar("T")
_KEPT = 1000  # a set with a million broken files must not fill the memory with their names


class DataError(InputError):
    """A data set is broken, of another format than was said, or holds what a format cannot take."""


_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong. kind: a few words that are the same for all of its kind, for counting.

    where: the line, frame or field inside the file; empty for the file as a whole.
    """

    file: str
    kind: str
    what: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.file}{', ' if self.where else ''}{self.where}: {self.what}"

    def as_json(self) -> dict[str, str]:
        """For --json."""
        return {"file": self.file, "where": self.where, "kind": self.kind, "what": self.what}


class Issues:
    """Collects issues; the first thousand are kept in words, all are counted by kind.

    strict: raise DataError at the first one.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.kept: list[Issue] = []
        self.counts: Counter[str] = Counter()

    def add(self, file: Path | str, kind: str, what: str, where: str = "") -> None:
        """One more. Raises DataError when strict."""
        issue = Issue(str(file), kind, " ".join(what.split()), where)
        if self.strict:
            raise DataError(str(issue))
        self.take(issue)

    def take(self, issue: Issue) -> None:
        """One that was found elsewhere, in another process for instance."""
        self.counts[issue.kind] += 1
        if len(self.kept) < _KEPT:
            self.kept.append(issue)

    @contextmanager
    def catch(self, file: Path | str, kind: str) -> Iterator[None]:
        """An InputError inside becomes an issue; its text names the file already."""
        try:
            yield
        except DataError:
            raise
        except InputError as error:
            self._say(file, kind, error)

    def attempt(self, file: Path, kind: str, read: Callable[[Path], T]) -> T | None:
        """What `read` gives of the file; None, and an issue, when it raises an InputError."""
        try:
            return read(file)
        except InputError as error:
            if self.strict:
                raise
            self._say(file, kind, error)
            return None

    def _say(self, file: Path | str, kind: str, error: InputError) -> None:
        self.add(file, kind, str(error).removeprefix(str(file)).lstrip(",: "))

    def __len__(self) -> int:
        return self.counts.total()

    def __iter__(self) -> Iterator[Issue]:
        return iter(self.kept)

    def as_json(self) -> dict[str, Any]:
        """For --json: how many, of which kinds, and the kept ones."""
        return {"count": len(self), "kinds": dict(self.counts), "issues": [issue.as_json() for issue in self]}


class _Set(Protocol):
    folder: Path
    issues: Issues


S = TypeVar("S", bound=_Set)


def told_when_malformed(read: Callable[[S, str], T | None]) -> Callable[[S, str], T | None]:
    """A set's `read`, for formats with JSON: fields of quite another form become an issue, and the item None."""

    @wraps(read)
    def careful(self: S, name: str) -> T | None:
        try:
            return read(self, name)
        except InputError:
            raise
        except _MALFORMED as error:
            what = f"what the JSON says of it is of another form: {type(error).__name__} {error}"
            self.issues.add(self.folder / name, "JSON broken", what)
            return None

    return careful
