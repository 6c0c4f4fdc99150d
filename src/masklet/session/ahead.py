"""The next frame made ready in a thread of its own while this one is worked on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Values by number, of which one at a time is worked out before it is asked for."""

    def __init__(self, make: Callable[[int], T]) -> None:
        """make: works out the value of a number, in whichever thread; what it raises, `take` raises."""
        self._make = make
        self._worker = ThreadPoolExecutor(1, "masklet-ahead")
        self._next: tuple[int, Future[T]] | None = None

    def start(self, number: int) -> None:
        """Begin with that number's value."""
        self._next = number, self._worker.submit(self._make, number)

    def take(self, number: int) -> T:
        """The value: the one that was begun with, else worked out now."""
        begun, self._next = self._next, None
        if begun is not None and begun[0] == number:
            return begun[1].result()
        return self._make(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for what was begun, which may use what is closed next."""
        self._worker.shutdown(wait=True, cancel_futures=True)
