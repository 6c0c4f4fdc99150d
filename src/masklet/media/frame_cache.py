"""The most recent decoded frames, within a bound in bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class FrameCache(Generic[T]):
    """Frames by their index; the ones stored longest ago go first when the bound is passed.

    The newest frame always stays, however large it is.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[int, tuple[T, int]] = OrderedDict()
        self._bytes = 0

    def get(self, index: int) -> T | None:
        """The frame, or None when it is not held."""
        found = self._held.get(index)
        return None if found is None else found[0]

    def put(self, index: int, frame: T, size: int) -> None:
        """Hold a frame of `size` bytes, as the newest."""
        self._drop(index)
        self._held[index] = (frame, size)
        self._bytes += size
        while self._bytes > self._max_bytes and len(self._held) > 1:
            self._drop(next(iter(self._held)))

    def clear(self) -> None:
        """Hold nothing."""
        self._held.clear()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """How many bytes are held."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._held)

    def _drop(self, index: int) -> None:
        gone = self._held.pop(index, None)
        if gone is not None:
            self._bytes -= gone[1]
