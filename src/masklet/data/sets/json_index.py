"""Where the parts of a large JSON file lie, so that each is read when it is needed and the whole never at once.

A file of COCO's form is one object whose long members are lists (or objects) of small parts. One pass finds the
first and last byte of every part; in memory stay two numbers each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from masklet.data.sets.issues import DataError
from masklet.media.closing import Closing
from masklet.media.picture import check_readable_file

_CHUNK = 1 << 18
_SPACE = " \t\r\n"
_BEHIND = (*_SPACE, ",", "]", "}", ":")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a list, or one member of an object. key: the member's name, or the element's place."""

    member: str
    key: str | int
    start: int
    stop: int
    value: Any


class JsonParts(Closing):
    """A JSON file, opened for reading parts. Raises DataError when it is missing, empty, or no object."""

    def __init__(self, path: Path) -> None:
        check_readable_file(path, "JSON")
        self.path = path
        self.seen: list[str] = []  # the members that `parts` has come to
        self._file = path.open("rb")
        self._size = path.stat().st_size

    def parts(self) -> Iterator[Part]:
        """Every part of every member that is a list or an object; a scalar member is one part with key "".

        Raises DataError with the line where the file breaks.
        """
        scan = _Scan(self._file, self._size, self.path)
        scan.expect("{")
        while not scan.took("}"):
            member = scan.value()[0]
            self.seen.append(str(member))
            scan.expect(":")
            opening = scan.peek()
            if opening == "[":
                yield from _elements(scan, str(member))
            elif opening == "{":
                yield from _members(scan, str(member))
            else:
                value, start, stop = scan.value()
                yield Part(str(member), "", start, stop, value)
            if scan.peek() != "}":
                scan.expect(",")

    def load(self, start: int, stop: int) -> Any:
        """The part that lies there."""
        self._file.seek(start)
        return json.loads(self._file.read(stop - start))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _elements(scan: _Scan, member: str) -> Iterator[Part]:
    scan.expect("[")
    place = 0
    while not scan.took("]"):
        value, start, stop = scan.value()
        yield Part(member, place, start, stop, value)
        place += 1
        if scan.peek() != "]":
            scan.expect(",")


def _members(scan: _Scan, member: str) -> Iterator[Part]:
    scan.expect("{")
    while not scan.took("}"):
        key = scan.value()[0]
        scan.expect(":")
        value, start, stop = scan.value()
        yield Part(member, str(key), start, stop, value)
        if scan.peek() != "}":
            scan.expect(",")


class _Scan:
    """Goes through the file's bytes, each as one Latin-1 character: then a character's place is its byte's.

    JSON's own signs are ASCII, and no byte of a longer UTF-8 character is one of them. Values are decoded again from
    their bytes where they hold such characters.
    """

    def __init__(self, file: BinaryIO, size: int, path: Path) -> None:
        self._file, self._size, self._path = file, size, path
        self._base, self._at, self._text = 0, 0, ""
        self._refill(_CHUNK)
        if self._text.startswith("\xef\xbb\xbf"):
            self._at = 3

    def peek(self) -> str:
        """The next sign that is no space."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._refill(_CHUNK):
                raise self._broken("the file ends too early")

    def expect(self, sign: str) -> None:
        """Go over this sign."""
        found = self.peek()
        if found != sign:
            raise self._broken(f"{sign!r} was expected, not {found!r}")
        self._at += 1

    def took(self, sign: str) -> bool:
        """Go over this sign if it is the next."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def value(self) -> tuple[Any, int, int]:
        """The next value, and its first byte and the one behind its last."""
        self.peek()
        size = _CHUNK
        while True:
            try:
                value, stop = _DECODER.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                size *= 2
                if self._refill(size):
                    continue
                raise self._broken(getattr(error, "msg", "nested too deeply")) from None
            # A number may go on behind the text's end: "1" of "1.5", and even of "1." where the text ends there.
            whole = isinstance(value, str | list | dict) or self._text[stop : stop + 1] in _BEHIND
            if whole and stop < len(self._text):
                break
            size *= 2
            if not self._refill(size):
                break
        start, self._at = self._at, stop
        piece = self._text[start:stop]
        if not piece.isascii():
            try:
                value = json.loads(piece.encode("latin-1"))
            except ValueError as error:
                raise self._broken(str(error)) from None
        return value, self._base + start, self._base + stop

    def _refill(self, size: int) -> bool:
        """Bring the text to `size` bytes from the present place on; False when there are no more."""
        start = self._base + self._at
        if self._base + len(self._text) >= self._size:
            return False
        self._file.seek(start)
        self._text = self._file.read(max(size, len(self._text) - self._at + 1)).decode("latin-1")
        self._base, self._at = start, 0
        return True

    def _broken(self, what: str) -> DataError:
        line, left = 1, self._base + self._at
        self._file.seek(0)
        while left > 0 and (chunk := self._file.read(min(left, _CHUNK))):
            line, left = line + chunk.count(b"\n"), left - len(chunk)
        return DataError(f"{self._path}, line {line}: broken JSON: {what}")


def read_json(path: Path) -> Any:
    """A small JSON file as a whole. Raises DataError, one line, with the line of the file that is broken."""
    check_readable_file(path, "JSON")
    try:
        return json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: broken JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: broken JSON: {error}") from None
