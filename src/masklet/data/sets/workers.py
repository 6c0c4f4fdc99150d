"""One function over the items of a set, in this process or in several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any, TypeVar

Order = TypeVar("Order")
W = TypeVar("W")
R = TypeVar("R")

_here: Any = None  # what a worker process has opened


def over(
    start: Callable[[Order], W], order: Order, function: Callable[[W, int], R], numbers: Sequence[int], workers: int
) -> Iterator[R]:
    """The function's results over the numbers, in their order; a bounded number is under way.

    start: opens the order in each process, for the function's first argument. All of it must be picklable.
    """
    if workers <= 1 or len(numbers) < 2:
        work = start(order)
        yield from (function(work, number) for number in numbers)
        return
    # A fork of a process with threads (OpenCV, PyAV) may hang.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(numbers)), spawn, _begin, (start, order)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for number in numbers:
                with _ctrl_c_held():
                    waiting.append(pool.submit(_call, function, number))
                if len(waiting) >= 4 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _begin(start: Callable[[Any], Any], order: Any) -> None:
    global _here
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here = start(order)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever, with all its memory."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _call(function: Callable[[Any, int], Any], number: int) -> Any:
    return function(_here, number)


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """For starting processes, which inherit it: Ctrl-C reaches all of a terminal's processes, and this one alone is to
    stop and tell of it. Here it comes when the block ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
