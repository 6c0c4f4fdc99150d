"""What has come of a file that is being fetched: it lies beside the file's own place until it is whole and checked."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from masklet.errors import ModelError, OutputError
from masklet.media.files import output_error


class Part:
    """The bytes that have come so far, and a note of where they are from."""

    def __init__(self, url: str, target: Path, sha256: str | None) -> None:
        """Takes up what an earlier attempt has left, if it may belong to the same file."""
        self.url, self.target, self.sha256 = url, target, sha256
        self.path = target.with_name(f".{target.name}.part")
        self.note = target.with_name(f".{target.name}.part.json")
        self.validator = ""  # the server's word for this version of the file: an ETag, or a date
        earlier = self._read_note()
        if earlier.get("url") == url:
            self.validator = str(earlier.get("validator") or "")
        # without a hash only the same server's word can tell that the rest belongs to what is here
        if sha256 is None and not self.validator:
            self.drop()

    @property
    def have(self) -> int:
        """How many bytes."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def drop(self) -> None:
        """Begin anew."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def name_version(self, validator: str) -> None:
        """Note by what the server knows this version of the file. Raises OutputError."""
        self.validator = validator
        try:
            self.note.write_text(json.dumps({"url": self.url, "validator": self.validator}), encoding="utf-8")
        except OSError as error:
            raise output_error(self.target, error) from error

    def write(self, chunks: Iterable[bytes], begin: int) -> None:
        """The file's bytes from `begin` on, after those that are here; from 0: in their place.

        Raises OutputError when the disk refuses, and whatever `chunks` raises; what came before is kept.
        """
        try:
            with self.path.open("ab" if begin else "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise OutputError(
                    f"cannot write {self.target}: the disk is full; free some space and run again, which goes on at "
                    f"{megabytes(self.have)}"
                ) from error
            raise output_error(self.target, error) from error

    def finish(self) -> str:
        """Check the whole file and put it into its place; gives its SHA-256."""
        found = hash_of(self.path)
        if self.sha256 is not None and found != self.sha256:
            with self.path.open("rb") as file:
                page = file.read(64).lstrip().startswith(b"<")
            self.drop()
            what = "a web page" if page else f"another file (SHA-256 {found[:12]}…, not {self.sha256[:12]}…)"
            raise ModelError(
                f"{self.url} gave {what}; it was thrown away. Try again, or get the file elsewhere and put it at "
                f"{self.target}"
            )
        try:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(self.path, self.target)
        except OSError as error:
            raise output_error(self.target, error) from error
        self.note.unlink(missing_ok=True)
        return found

    def _read_note(self) -> dict[str, Any]:
        try:
            found = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def hash_of(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_room(target: Path, needed: int) -> None:
    """Raises OutputError unless so many bytes are free where the file belongs."""
    free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise OutputError(
            f"no room for {target}: {megabytes(needed)} are needed and {megabytes(free)} are free; free some space "
            "or let MASKLET_HOME name a folder on another disk"
        )


def megabytes(count: int) -> str:
    """In words."""
    return f"{count / 1e6:,.1f} MB"
