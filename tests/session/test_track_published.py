"""One object as the published predictor keeps it, with made-up answers; `tests/peers` holds it against that code."""

import numpy as np
import pytest

from masklet.session.answer import Answer
from masklet.session.memory import Trace
from masklet.session.track_published import PublishedTrack
from masklet.values import Prompt

CLICK, MORE = Prompt(((1.0, 1.0),), (1,)), Prompt(((2.0, 2.0),), (0,))


def answer(value):
    """A mask with `value` pixels on, logits that say so, finer than what is kept of them otherwise."""
    logits = np.full((4, 4), -3.1, np.float32)
    logits.flat[:value] = 2.1
    return Answer(logits > 0, logits, 0.5, 3.0, np.zeros(2, np.float32), logits[None], np.array([0.5]))


def trace(what):
    return Trace(what, np.zeros(2, np.float32), 0.5, 3.0)


def run(track, frames, step=1, value=5):
    for frame in frames:
        track.settle()
        if not track.stands(frame):
            track.take_tracked(frame, step, answer(value))
            track.bank.write_tracked(frame, step, trace(f"tracked {frame}"))
        track.passed(frame, step)


@pytest.fixture
def track():
    track = PublishedTrack("dog", (4, 4), 4)
    track.take_prompt(0, CLICK, answer(3), trace("said 0"))
    return track


def memories(track, step=1):
    return {frame: one.memory for frame, one in track.bank.tracked(step).items()}


def area(track, frame):
    return int(track.object_frame(frame).mask.sum())


def test_prompts_count_once_a_run_begins(track):
    assert not track.bank.prompted
    track.settle()
    assert [one.memory for one in track.bank.prompted.values()] == ["said 0"]


def test_a_correction_is_shown_recalled_and_then_lost(track):
    run(track, range(6))
    track.take_prompt(3, MORE, answer(9), trace("said 3"))
    assert area(track, 3) == 9
    assert memories(track)[3] == "tracked 3"  # until the next run
    run(track, range(4, 6))
    assert memories(track)[3] == "said 3"
    assert list(track.bank.prompted) == [0]
    run(track, range(6), value=7)
    assert area(track, 3) == 7
    assert memories(track)[3] == "tracked 3"
    assert not track.object_frame(3).prompted


def test_where_tracking_passed_a_prompt_the_first_answer_comes_back(track):
    run(track, range(6))
    track.take_prompt(0, MORE, answer(9), trace("again 0"))
    assert area(track, 0) == 9
    run(track, range(6))
    assert area(track, 0) == 3
    assert [one.memory for one in track.bank.prompted.values()] == ["said 0"]
    assert np.array_equal(track.earlier_logits(0), answer(3).logits)


def test_before_tracking_prompts_replace_one_another(track):
    track.take_prompt(0, MORE, answer(9), trace("again 0"))
    run(track, range(3))
    assert area(track, 0) == 9
    assert [one.memory for one in track.bank.prompted.values()] == ["again 0"]


def test_both_directions_lie_together_and_nothing_is_let_go(track):
    run(track, range(40))
    run(track, range(10, 0, -1), step=-1)
    assert memories(track, 1) == memories(track, -1)
    assert len(memories(track)) == 39
    assert track.direction_at(5) == -1
    assert track.direction_at(0) == 1  # prompted, and passed all the same
    assert track.direction_at(60) is None


def test_every_run_computes_anew_and_takes_every_frame(track):
    run(track, range(6))
    assert track.can_reuse(0, 1)
    assert not track.can_reuse(3, 1)
    assert track.takes_part(0, "fill") and track.takes_part(99, "reverse")


def test_logits_are_kept_as_they_are(track):
    run(track, range(3))
    assert np.array_equal(track.earlier_logits(2), answer(5).logits)
    assert track.earlier_logits(60) is None
    absent = answer(0)
    track.take_tracked(1, 1, absent)
    assert np.array_equal(track.earlier_logits(1), absent.logits)


def test_undo_gives_everything_back(track):
    run(track, range(6))
    track.take_prompt(3, MORE, answer(9), trace("said 3"))
    run(track, range(4, 6), value=8)
    assert track.undo()
    assert [area(track, frame) for frame in (0, 3, 5)] == [3, 5, 5]
    assert memories(track)[3] == "tracked 3"
    run(track, range(6))
    assert list(track.bank.prompted) == [0]
    assert not track.undo()
