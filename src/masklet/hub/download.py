"""One file from an address: taken up again where it broke off, checked, and in its place whole or not at all.

The standard library's urllib does it. Files come from several hosts, and all that is asked of them is a GET with a
Range; so the core needs no HTTP library, and proxies and certificates are the system's own.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from masklet.errors import ModelError, OutputError
from masklet.media.files import make_folder, output_error

_CHUNK = 1 << 18
_SILENCE = 30.0  # seconds without a byte after which a connection counts as broken
_TRIES = 5  # in a row without a byte more
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # what a server may answer differently a little later
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Fetched:
    """A file that is there. already: it was before. resumed_at: the byte at which an earlier attempt was taken up.
    checked: its SHA-256 was compared with a known one."""

    path: Path
    sha256: str
    checked: bool
    already: bool = False
    resumed_at: int = 0


class _PassingError(Exception):
    """What may go away by trying again. The text says what it was."""


def fetch(
    url: str,
    target: Path,
    sha256: str | None = None,
    *,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
    patience: float = 1.0,
) -> Fetched:
    """The file behind `url`, at `target`.

    What has come of it lies beside it until it is whole, so that a later call goes on there, after a kill as well as
    after a broken connection. Of two calls at once the second waits for the first, and `waiting` is called.
    sha256: of the whole file; what does not agree is thrown away. progress: called with the bytes there are, and the
    bytes there will be. patience: seconds before the first new try, doubled each time.

    Raises ModelError when the file cannot be had or is another one, OutputError when it cannot be written.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ModelError(f"{url} is not an address to fetch from: it begins with https://")
    make_folder(target.parent)
    with _alone(target, waiting):
        if target.is_file():
            return _checked_already(target, sha256)
        part = _Part(url, target, sha256)
        resumed_at = part.have
        part.receive(progress or (lambda have, total: None), patience)
        found = part.finish()
    return Fetched(target, found, sha256 is not None, resumed_at=resumed_at)


@contextmanager
def _alone(target: Path, waiting: Callable[[], None] | None) -> Iterator[None]:
    """Only one process at a time works on `target`. The lock goes with the process, however that ends."""
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is not None:
                waiting()
            lock.acquire()
    except OSError as error:
        raise output_error(target, error) from error
    try:
        yield
    finally:
        lock.release()


class _Part:
    """What has come of a file so far, and from where."""

    def __init__(self, url: str, target: Path, sha256: str | None) -> None:
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
        return self.path.stat().st_size if self.path.is_file() else 0

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def receive(self, progress: Progress, patience: float) -> None:
        """Until all is there; broken connections are taken up again."""
        tries = 0
        while True:
            before = self.have
            try:
                self._receive_some(progress)
                return
            except _PassingError as problem:
                tries = tries + 1 if self.have <= before else 1
                if tries >= _TRIES:
                    raise self._given_up(str(problem)) from None
            time.sleep(patience * 2 ** (tries - 1))

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

    def _receive_some(self, progress: Progress) -> None:
        have = self.have
        try:
            answer = urllib.request.urlopen(self._request(have), timeout=_SILENCE)
        except urllib.error.HTTPError as error:
            if error.code == 416 and have:  # nothing lies beyond what is here: whole, or of another file
                total = _number(r"bytes \*/(\d+)", error.headers.get("Content-Range"))
                if total == have:
                    return
                self.drop()
                raise _PassingError("the file has changed on the server") from None
            if error.code in _PASSING:
                raise _PassingError(f"the server answers {error.code}, {error.reason}") from None
            raise self._refused(f"{error.code}, {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(_reason(error)) from None
        with answer:
            have, total = self._begin(answer, have)
            self._write(answer, have, total, progress)

    def _request(self, have: int) -> urllib.request.Request:
        request = urllib.request.Request(self.url, headers={"User-Agent": "masklet", "Accept-Encoding": "identity"})
        if have:
            request.add_header("Range", f"bytes={have}-")
            if self.validator:
                request.add_header("If-Range", self.validator)
        return request

    def _begin(self, answer: Any, have: int) -> tuple[int, int | None]:
        """Where the answer's first byte belongs, and how many there will be in all."""
        length = answer.headers.get("Content-Length")
        rest = int(length) if length and length.isdecimal() else None
        if have and answer.status == 206:
            if _number(r"bytes (\d+)-", answer.headers.get("Content-Range")) != have:
                self.drop()
                raise _PassingError("the server gave another part of the file than was asked for")
        else:
            have = 0  # the server knows no ranges, or the file is another one by now
        if self.sha256 is None and answer.headers.get_content_type() == "text/html":
            raise ModelError(f"{self.url} gave a web page, not weights; get the file and put it at {self.target}")
        if rest is not None:
            _check_room(self.target, rest - (0 if have else self.have))
        tag = answer.headers.get("ETag", "")
        self.validator = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
        self._write_note()
        return have, None if rest is None else have + rest

    def _write(self, answer: Any, have: int, total: int | None, progress: Progress) -> None:
        try:
            with self.path.open("ab" if have else "wb") as file:
                progress(have, total)
                for chunk in _chunks(answer):
                    file.write(chunk)
                    have += len(chunk)
                    progress(have, total)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise OutputError(
                    f"cannot write {self.target}: the disk is full; free some space and run again, which goes on at "
                    f"{_megabytes(self.have)}"
                ) from error
            raise output_error(self.target, error) from error
        if total is not None and have < total:
            raise _PassingError("the connection broke off")

    def _refused(self, answer: str) -> ModelError:
        return ModelError(
            f"{urlsplit(self.url).netloc} answers {answer} for {self.url}; get the file elsewhere and put it at "
            f"{self.target}"
        )

    def _given_up(self, reason: str) -> ModelError:
        if self.have:
            return ModelError(
                f"{self.url} broke off at {_megabytes(self.have)} ({reason}); run again to go on from there"
            )
        return ModelError(
            f"cannot fetch {self.url} ({reason}); without a network, get the file on another machine and put it at "
            f"{self.target}"
        )

    def _read_note(self) -> dict[str, Any]:
        try:
            found = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write_note(self) -> None:
        try:
            self.note.write_text(json.dumps({"url": self.url, "validator": self.validator}), encoding="utf-8")
        except OSError as error:
            raise output_error(self.target, error) from error


def _chunks(answer: Any) -> Iterator[bytes]:
    """What the server sends, as far as it comes."""
    while True:
        try:
            chunk = answer.read(_CHUNK)
        except http.client.IncompleteRead as error:
            yield error.partial  # what came before it broke is good
            raise _PassingError("the connection broke off") from None
        except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
            raise _PassingError(_reason(error)) from None
        if not chunk:
            return
        yield chunk


def hash_of(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked_already(target: Path, sha256: str | None) -> Fetched:
    found = hash_of(target)
    if sha256 is not None and found != sha256:
        raise ModelError(
            f"{target} is there, but is not the published file (SHA-256 {found[:12]}…, not {sha256[:12]}…): "
            "move it away and fetch again"
        )
    return Fetched(target, found, sha256 is not None, already=True)


def _check_room(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise OutputError(
            f"no room for {target}: {_megabytes(needed)} are needed and {_megabytes(free)} are free; free some space "
            "or let MASKLET_HOME name a folder on another disk"
        )


def _number(pattern: str, text: str | None) -> int | None:
    found = re.match(pattern, text or "")
    return int(found[1]) if found else None


def _reason(error: Exception) -> str:
    """Why a connection failed, in a few words."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return (getattr(inner, "strerror", None) or str(inner) or type(inner).__name__).rstrip(".")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
