"""Live sources read in a thread: who is slow gets the newest picture, and nobody hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

import numpy as np
import pytest

from masklet.errors import MediaError
from masklet.media.latest import Latest
from masklet.values import Picture


def picture(value: int) -> Picture:
    return np.full((2, 3, 3), value, np.uint8)


class Source:
    """Pictures that come when the test says so. None ends them; an exception breaks them."""

    def __init__(self) -> None:
        self.coming: SimpleQueue[int | Exception | None] = SimpleQueue()
        self.read = threading.Semaphore(0)
        self.closed = threading.Event()

    def give(self, *values: int | Exception | None) -> None:
        """Hand values out, and wait until all but an end have been read."""
        for value in values:
            self.coming.put(value)
        for value in values:
            if isinstance(value, int):
                assert self.read.acquire(timeout=10)

    def pictures(self) -> Iterator[Picture]:
        try:
            while (value := self.coming.get()) is not None:
                if isinstance(value, Exception):
                    raise value
                yield picture(value)
                self.read.release()  # back here once the picture was taken in
        finally:
            self.closed.set()


def test_the_newest_picture_wins_and_the_others_are_counted() -> None:
    source = Source()
    with Latest(source.pictures()) as live:
        source.give(0)
        assert next(live).number == 0
        source.give(1, 2, 3)
        shot = next(live)
        assert (shot.number, shot.picture[0, 0, 0], live.dropped) == (3, 3, 2)
        assert shot.time <= time.monotonic()
        source.give(4, None)
        assert [one.number for one in live] == [4]
    assert source.closed.wait(10)


def test_with_everything_the_source_waits() -> None:
    numbers = iter([picture(value) for value in range(50)])
    with Latest(numbers, everything=True) as live:
        assert [int(shot.picture[0, 0, 0]) for shot in live] == list(range(50))
        assert live.dropped == 0


def test_what_breaks_is_told_after_the_last_picture() -> None:
    source = Source()
    with Latest(source.pictures(), everything=True) as live:
        source.coming.put(0)
        source.coming.put(MediaError("it broke"))
        assert next(live).number == 0
        with pytest.raises(MediaError, match="it broke"):
            next(live)
        with pytest.raises(StopIteration):
            next(live)


def test_a_source_that_stalls_is_told_in_one_line() -> None:
    source = Source()
    with Latest(source.pictures(), patience=0.05, name="camera 0") as live:
        source.give(0)
        next(live)
        with pytest.raises(MediaError, match="^camera 0 has given no picture for 0.05 seconds: check the camera"):
            next(live)
        source.give(1)  # it may come back
        assert next(live).number == 1
        source.give(None)


def test_leaving_does_not_wait_for_a_source_that_hangs() -> None:
    source = Source()
    with Latest(source.pictures(), everything=True) as live:
        source.give(0)
        next(live)
    assert not source.closed.is_set()  # it still waits for a picture
    source.coming.put(1)
    assert source.closed.wait(10)
