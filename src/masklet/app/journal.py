"""An append-only file of JSON lines: what is in it survives a crash of the server at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from masklet.errors import InputError
from masklet.media.files import make_folder, output_error

Entry = dict[str, Any]


class Journal:
    """Entries in order. A last line that a crash cut off was never accepted, and is taken away on opening."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it. Raises InputError when it is damaged, OutputError when it cannot be written."""
        self.path = path
        make_folder(path.parent)
        try:
            self._file = path.open("a+b")
            self._file.seek(0)
            data = self._file.read()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                self._file.truncate(whole)
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            raise output_error(path, error) from error
        self._entries: list[Entry] = [_parsed(path, line, at) for at, line in enumerate(data[:whole].splitlines(), 1)]

    def take_entries(self) -> list[Entry]:
        """What the file held when it was opened; given once, so that it is not held twice."""
        entries, self._entries = self._entries, []
        return entries

    def append(self, entry: Mapping[str, Any], *, sync: bool = True) -> None:
        """Write an entry. It is in the file when this returns, and with `sync` on the disk.

        Raises OutputError when the disk refuses it; the file is then as before.
        """
        line = json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        try:
            start = self._file.tell()
            try:
                self._file.write(line)
                self._file.flush()
                if sync:
                    os.fsync(self._file.fileno())
            except OSError:
                with suppress(OSError):
                    self._file.truncate(start)
                raise
        except OSError as error:
            raise output_error(self.path, error) from error

    def close(self) -> None:
        """Let go of the file, with all of it on the disk."""
        with suppress(OSError, ValueError):
            os.fsync(self._file.fileno())
        with suppress(OSError):
            self._file.close()


def _parsed(path: Path, line: bytes, number: int) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path}, line {number}: not an entry of a project; the file is damaged") from error
    if not isinstance(entry, dict):
        raise InputError(f"{path}, line {number}: not an entry of a project; the file is damaged")
    return entry
