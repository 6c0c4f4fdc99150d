"""Who goes first."""

from __future__ import annotations

import threading
import time

from masklet.app.turns import Turns


def order_of(turns: Turns, waiting: list[tuple[str, bool]]) -> list[str]:
    """In which order those who wait get their turn, once the one who holds it lets go."""
    got: list[str] = []

    def take(who: str, urgent: bool) -> None:
        with turns.turn(who, urgent=urgent):
            got.append(who)

    threads = []
    with turns.turn("holder"):
        for who, urgent in waiting:
            threads.append(threading.Thread(target=take, args=(who, urgent)))
            threads[-1].start()
            while len(turns._waiting) < len(threads):
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    return got


def test_urgent_work_goes_first_whoever_came_before() -> None:
    assert order_of(Turns(), [("a", False), ("b", False), ("c", True)]) == ["c", "a", "b"]


def test_whoever_had_the_last_turn_longest_ago_goes_first() -> None:
    turns = Turns()
    for who in ("b", "a", "c"):
        with turns.turn(who):
            pass
    assert order_of(turns, [("c", False), ("a", False), ("b", False), ("new", False)]) == ["new", "b", "a", "c"]


def test_twenty_that_always_want_more_get_the_same() -> None:
    turns, counts = Turns(), dict.fromkeys(range(20), 0)
    end = threading.Event()
    begin = threading.Barrier(20)

    def work(me: int) -> None:
        begin.wait()
        while not end.is_set():
            with turns.turn(str(me)):
                counts[me] += 1
                time.sleep(0.0005)  # a frame's work; others come in meanwhile
                if sum(counts.values()) >= 600:
                    end.set()

    threads = [threading.Thread(target=work, args=(me,)) for me in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # threads begin one after another, and one that has just let go may not yet wait again: near, not equal
    assert min(counts.values()) >= 10
    assert max(counts.values()) <= 90


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns()
    for _ in range(2):
        try:
            with turns.turn("a"):
                raise KeyError
        except KeyError:
            pass
    assert order_of(turns, [("b", False)]) == ["b"]
