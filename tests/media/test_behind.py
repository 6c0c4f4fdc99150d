"""Work behind whoever hands it in."""

from __future__ import annotations

import threading

import pytest

from masklet.errors import OutputError
from masklet.media.behind import Behind


def test_all_is_done_in_order_before_the_block_is_left() -> None:
    done: list[int] = []
    with Behind(done.append, most=2) as behind:
        for number in range(50):
            behind.put(number)
    assert done == list(range(50))
    behind.close()


def test_no_more_than_the_bound_waits() -> None:
    gate, taken = threading.Semaphore(0), []

    def work(number: int) -> None:
        gate.acquire()
        taken.append(number)

    with Behind(work, most=2) as behind:
        for number in range(3):  # one is being worked on, two wait
            behind.put(number)
        fourth = threading.Thread(target=behind.put, args=(3,))
        fourth.start()
        fourth.join(0.05)
        assert fourth.is_alive()
        gate.release(4)
        fourth.join()
    assert taken == [0, 1, 2, 3]


def test_trouble_ends_the_work_and_is_told() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise OutputError("the disk is full")
        done.append(number)

    behind = Behind(work)
    with pytest.raises(OutputError, match="the disk is full"):
        for number in range(50):
            behind.put(number)
    with pytest.raises(OutputError, match="the disk is full"):
        behind.close()
    assert done == [0]


def test_the_blocks_own_trouble_comes_first() -> None:
    def work(_: int) -> None:
        raise OutputError("the disk is full")

    with pytest.raises(KeyboardInterrupt), Behind(work) as behind:
        behind.put(0)
        raise KeyboardInterrupt
