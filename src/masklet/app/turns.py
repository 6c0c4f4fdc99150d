"""Whose turn it is: one piece of the network's work at a time, shared out fairly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False)
class _Waiting:
    who: str
    urgent: bool
    arrived: int


class Turns:
    """A lock that is given to urgent work first (somebody waits for an answer), and among equals to whoever had the
    last turn longest ago. Work that takes long asks for a turn per frame, so that nobody waits for more than one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._held = False
        self._count = 0
        self._last: dict[str, int] = {}

    @contextmanager
    def turn(self, who: str, *, urgent: bool = False) -> Iterator[None]:
        """Wait for a turn of `who`, and hold it while the block runs. Not to be nested."""
        with self._changed:
            self._count += 1
            mine = _Waiting(who, urgent, self._count)
            self._waiting.append(mine)
            try:
                while self._held or self._next() is not mine:
                    self._changed.wait()
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()
            self._held = True
            self._count += 1
            self._last[who] = self._count
        try:
            yield
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()

    def forget(self, who: str) -> None:
        """`who` is gone for now."""
        with self._changed:
            self._last.pop(who, None)

    def _next(self) -> _Waiting:
        return min(self._waiting, key=lambda one: (not one.urgent, self._last.get(one.who, 0), one.arrived))
