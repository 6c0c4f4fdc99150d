"""The next frames made ready in a thread of their own while this one is worked on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Values by number, some of which are worked out before they are asked for, in the order they were begun with."""

    def __init__(self, make: Callable[[int], T]) -> None:
        """make: works out the value of a number, in whichever thread; what it raises, `take` raises."""
        self._make = make
        self._worker = ThreadPoolExecutor(1, "masklet-ahead")
        self._begun: dict[int, Future[T]] = {}

    def start(self, *numbers: int) -> None:
        """Begin with the values of these numbers, but for those that were begun with already."""
        for number in numbers:
            if number not in self._begun:
                self._begun[number] = self._worker.submit(self._make, number)

    def take(self, number: int) -> T:
        """The value: one that was begun with, else worked out now."""
        begun = self._begun.pop(number, None)
        return self._make(number) if begun is None else begun.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for what is being worked on, which may use what is closed next."""
        self._worker.shutdown(wait=True, cancel_futures=True)
