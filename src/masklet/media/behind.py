"""Work that is done in a thread of its own, a few items behind whoever hands it in: encoding, writing."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Behind(Generic[T]):
    """Items are worked on in their order. What the work raises is raised by the next `put` or by `close`, and ends it.

    As a context manager it closes when the block ends; an exception of the block's own is the one that is raised then.
    """

    def __init__(self, work: Callable[[T], None], *, most: int = 4) -> None:
        """most: items that wait at once; `put` waits for room beyond that."""
        self._work = work
        self._waiting: Queue[tuple[T] | None] = Queue(most)
        self._trouble: BaseException | None = None
        self._thread: Thread | None = Thread(target=self._run, name="masklet-behind", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Hand in an item."""
        self._raise_trouble()
        self._waiting.put((item,))

    def close(self) -> None:
        """Wait until all is done. Closing twice is allowed."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
        self._raise_trouble()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Exception:
            if error is None:
                raise

    def _run(self) -> None:
        while (taken := self._waiting.get()) is not None:
            if self._trouble is None:
                try:
                    self._work(taken[0])
                except BaseException as trouble:
                    self._trouble = trouble

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            raise self._trouble
