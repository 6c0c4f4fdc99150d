"""What is made ready before it is asked for."""

from __future__ import annotations

import threading

import pytest

from masklet.session.ahead import Ahead


def test_what_was_begun_with_is_worked_out_once_and_in_another_thread() -> None:
    made: list[tuple[int, int]] = []

    def make(number: int) -> str:
        made.append((number, threading.get_ident()))
        return f"frame {number}"

    with Ahead(make) as ahead:
        assert ahead.take(3) == "frame 3"
        ahead.start(4)
        assert ahead.take(4) == "frame 4"
        ahead.start(5)
        assert ahead.take(9) == "frame 9"
        ahead.start(10)  # and never taken
    here = threading.get_ident()
    assert [(number, thread == here) for number, thread in made][:2] == [(3, True), (4, False)]
    assert (9, here) in made
    assert len({number for number, _ in made}) == len(made)


def test_what_goes_wrong_ahead_is_raised_when_it_is_taken() -> None:
    def make(number: int) -> int:
        if number == 7:
            raise IndexError("the file breaks off")
        return number

    with Ahead(make) as ahead:
        ahead.start(7)
        with pytest.raises(IndexError, match="breaks off"):
            ahead.take(7)
        ahead.start(7)  # nobody asks


def test_several_are_made_in_the_order_in_which_they_were_begun_with() -> None:
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return 10 * number

    with Ahead(make) as ahead:
        ahead.start(1, 2)
        assert ahead.take(1) == 10
        ahead.start(2, 3)  # 2 is under way
        assert [ahead.take(number) for number in (2, 3)] == [20, 30]
    assert made == [1, 2, 3]
