"""One file from an address: taken up again where it broke off, checked, and in its place whole or not at all.

The standard library's urllib does it. Files come from several hosts, and all that is asked of them is a GET with a
Range; so the core needs no HTTP library, and proxies and certificates are the system's own.
"""

from __future__ import annotations

import http.client
import re
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

from masklet.errors import ModelError
from masklet.hub.part import Part, check_room, hash_of, megabytes
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
        part = Part(url, target, sha256)
        resumed_at = part.have
        _Transfer(part, progress or (lambda have, total: None)).receive(patience)
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


class _Transfer:
    """Asks the server for what a part lacks."""

    def __init__(self, part: Part, progress: Progress) -> None:
        self._part, self._progress = part, progress
        self._url, self._target = part.url, part.target

    def receive(self, patience: float) -> None:
        """Until all is there; broken connections are taken up again."""
        tries = 0
        while True:
            before = self._part.have
            try:
                self._receive_some()
                return
            except _PassingError as problem:
                tries = tries + 1 if self._part.have <= before else 1
                if tries >= _TRIES:
                    raise self._given_up(str(problem)) from None
            time.sleep(patience * 2 ** (tries - 1))

    def _receive_some(self) -> None:
        have = self._part.have
        try:
            answer = urllib.request.urlopen(self._request(have), timeout=_SILENCE)
        except urllib.error.HTTPError as error:
            if error.code == 416 and have:  # nothing lies beyond what is here: whole, or of another file
                total = _number(r"bytes \*/(\d+)", error.headers.get("Content-Range"))
                if total == have:
                    return
                self._part.drop()
                raise _PassingError("the file has changed on the server") from None
            if error.code in _PASSING:
                raise _PassingError(f"the server answers {error.code}, {error.reason}") from None
            raise self._refused(f"{error.code}, {error.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(_reason(error)) from None
        with answer:
            have, total = self._begin(answer, have)
            self._part.write(self._told(answer, have, total), have)
        if total is not None and self._part.have < total:
            raise _PassingError("the connection broke off")

    def _request(self, have: int) -> urllib.request.Request:
        request = urllib.request.Request(self._url, headers={"User-Agent": "masklet", "Accept-Encoding": "identity"})
        if have:
            request.add_header("Range", f"bytes={have}-")
            if self._part.validator:
                request.add_header("If-Range", self._part.validator)
        return request

    def _begin(self, answer: Any, have: int) -> tuple[int, int | None]:
        """Where the answer's first byte belongs, and how many there will be in all."""
        length = answer.headers.get("Content-Length")
        rest = int(length) if length and length.isdecimal() else None
        if have and answer.status == 206:
            if _number(r"bytes (\d+)-", answer.headers.get("Content-Range")) != have:
                self._part.drop()
                raise _PassingError("the server gave another part of the file than was asked for")
        else:
            have = 0  # the server knows no ranges, or the file is another one by now
        if self._part.sha256 is None and answer.headers.get_content_type() == "text/html":
            raise ModelError(f"{self._url} gave a web page, not weights; get the file and put it at {self._target}")
        if rest is not None:
            check_room(self._target, rest - (0 if have else self._part.have))
        tag = answer.headers.get("ETag", "")
        strong = tag and not tag.startswith("W/")
        self._part.name_version(tag if strong else answer.headers.get("Last-Modified", ""))
        return have, None if rest is None else have + rest

    def _told(self, answer: Any, have: int, total: int | None) -> Iterator[bytes]:
        """The answer's chunks; of each is told once it was written."""
        self._progress(have, total)
        for chunk in _chunks(answer):
            yield chunk
            have += len(chunk)
            self._progress(have, total)

    def _refused(self, answer: str) -> ModelError:
        return ModelError(
            f"{urlsplit(self._url).netloc} answers {answer} for {self._url}; get the file elsewhere and put it at "
            f"{self._target}"
        )

    def _given_up(self, reason: str) -> ModelError:
        if self._part.have:
            return ModelError(
                f"{self._url} broke off at {megabytes(self._part.have)} ({reason}); run again to go on from there"
            )
        return ModelError(
            f"cannot fetch {self._url} ({reason}); without a network, get the file on another machine and put it at "
            f"{self._target}"
        )


def _chunks(answer: Any) -> Iterator[bytes]:
    """What the server sends, as far as it comes."""
    while True:
        try:
            chunk = answer.read(_CHUNK)
        except http.client.IncompleteRead as error:
            yield error.partial  # what came before it broke is good
            raise _PassingError("the connection broke off") from None
        except (OSError, http.client.HTTPException) as error:
            raise _PassingError(_reason(error)) from None
        if not chunk:
            return
        yield chunk


def _checked_already(target: Path, sha256: str | None) -> Fetched:
    found = hash_of(target)
    if sha256 is not None and found != sha256:
        raise ModelError(
            f"{target} is there, but is not the published file (SHA-256 {found[:12]}…, not {sha256[:12]}…): "
            "move it away and fetch again"
        )
    return Fetched(target, found, sha256 is not None, already=True)


def _number(pattern: str, text: str | None) -> int | None:
    found = re.match(pattern, text or "")
    return int(found[1]) if found else None


def _reason(error: Exception) -> str:
    """Why a connection failed, in a few words."""
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return (getattr(inner, "strerror", None) or str(inner) or type(inner).__name__).rstrip(".")
