"""Pictures from a source that does not wait: read in a thread of its own, so that who is slow gets the newest one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Self

from masklet.errors import MediaError
from masklet.media.closing import Closing
from masklet.values import Picture

_LOOK = 0.5  # seconds after which a waiting reader listens for Ctrl-C


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture, HxWx3 uint8 RGB, as it came. number: of the source's pictures, from 0. time: `time.monotonic()` when
    it had been read and decoded."""

    picture: Picture = field(repr=False)
    number: int
    time: float


class Latest(Iterator[Shot], Closing):
    """The pictures of a live source, one at a time.

    >>> with Latest(open_live("0")) as camera:
    ...     for shot in camera:
    ...         frame = live.step(shot.picture)

    While one is being worked on, the source goes on; of those that come meanwhile the newest is next, and the others
    are `dropped`. With everything=True the source waits instead, and none is dropped.
    """

    def __init__(
        self,
        pictures: Iterator[Picture],
        *,
        everything: bool = False,
        patience: float | None = None,
        name: str = "the stream",
    ) -> None:
        """pictures: as `masklet.media.live.open_live` gives them. patience: seconds without a picture after which the
        source counts as stalled; None waits for ever. name: what messages call it."""
        self.dropped = 0
        self._everything, self._patience, self._name = everything, patience, name
        self._changed = Condition()
        self._held: Shot | None = None
        self._ended = self._closed = False
        self._problem: BaseException | None = None
        self._thread = Thread(target=self._read, args=(pictures,), name=f"reading {name}", daemon=True)
        self._thread.start()

    def __next__(self) -> Shot:
        """The next shot, waited for. Raises MediaError when the source stalls or breaks, StopIteration at its end."""
        until = None if self._patience is None else time.monotonic() + self._patience
        with self._changed:
            while self._held is None and not self._ended:
                left = _LOOK if until is None else min(_LOOK, until - time.monotonic())
                if left <= 0:
                    raise MediaError(
                        f"{self._name} has given no picture for {self._patience:g} seconds: check the camera or the "
                        "connection"
                    )
                self._changed.wait(left)
            shot, self._held = self._held, None
            self._changed.notify_all()
        if shot is not None:
            return shot
        if self._problem is not None:
            problem, self._problem = self._problem, None
            raise problem
        raise StopIteration

    def __iter__(self) -> Self:
        return self

    def close(self) -> None:
        """Let go of the source; one that hangs is left to itself."""
        with self._changed:
            self._closed = True
            self._held = None
            self._changed.notify_all()
        self._thread.join(_LOOK)

    def _read(self, pictures: Iterator[Picture]) -> None:
        try:
            for number, picture in enumerate(pictures):
                if not self._put(Shot(picture, number, time.monotonic())):
                    break
        except BaseException as error:
            self._problem = error  # raised where the pictures are wanted
        finally:
            with suppress(AttributeError):  # iterators other than generators have nothing to close
                pictures.close()  # type: ignore[attr-defined]
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, shot: Shot) -> bool:
        """Hold the shot ready; False once nobody wants any more."""
        with self._changed:
            while self._everything and self._held is not None and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            if self._held is not None:
                self.dropped += 1
            self._held = shot
            self._changed.notify_all()
            return True
