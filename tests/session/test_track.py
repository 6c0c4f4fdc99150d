"""One object's bookkeeping, with made-up answers."""

import numpy as np
import pytest

from masklet.session.answer import Answer
from masklet.session.memory import Trace
from masklet.session.track import Span, Track
from masklet.values import Prompt

CLICK = Prompt(((1.0, 1.0),), (1,))


def answer(value):
    """A mask with `value` pixels on, logits that say so."""
    logits = np.full((4, 4), -3.0, np.float32)
    logits.flat[:value] = 2.0
    return Answer(logits > 0, logits, 0.5, 3.0, np.zeros(2, np.float32), logits[None], np.array([0.5]))


def trace(frame):
    return Trace(f"m{frame}", np.zeros(2, np.float32), 0.5, 3.0)


def track_over(track, frames, step=1, value=5):
    for frame in frames:
        if frame not in track.said and not track.can_reuse(frame, step):
            track.take_tracked(frame, step, answer(value))
            track.bank.write_tracked(frame, step, trace(frame))
        track.passed(frame, step)


@pytest.fixture
def track():
    track = Track("dog", (4, 4), 4)
    track.take_prompt(0, CLICK, answer(3), trace(0))
    return track


def test_spans():
    assert [Span(3, 5, 1).holds(frame) for frame in (2, 3, 5, 6)] == [False, True, True, False]
    assert [Span(5, 3, -1).holds(frame) for frame in (2, 3, 5, 6)] == [False, True, True, False]


def test_one_run_can_be_reused_until_the_next_prompt(track):
    track_over(track, range(10))
    assert track.can_reuse(9, 1)
    assert not track.can_reuse(9, -1)
    assert not track.can_reuse(10, 1)
    track.take_prompt(4, CLICK, answer(2), trace(4))
    assert not any(track.can_reuse(frame, 1) for frame in (1, 3, 5, 9))
    assert track.can_reuse(4, 1)
    assert [track.is_stale(frame) for frame in (0, 3, 4, 5)] == [False, True, False, True]


def test_a_run_the_other_way_ends_what_it_goes_over(track):
    track_over(track, range(10))
    track_over(track, range(8, 6, -1), step=-1)
    assert not track.can_reuse(2, 1)
    assert track.can_reuse(7, -1)


def test_earlier_logits_are_what_is_shown(track, monkeypatch):
    np.testing.assert_array_equal(track.earlier_logits(0), answer(3).logits)
    assert track.earlier_logits(1) is None
    monkeypatch.setattr("masklet.session.results.KEPT_LOGITS", 2)
    track_over(track, range(1, 4))
    np.testing.assert_array_equal(track.earlier_logits(3), answer(5).logits)
    from_mask = track.earlier_logits(1)  # its own logits are let go
    np.testing.assert_array_equal(from_mask, np.where(answer(5).mask, 10, -10))
    track.take_tracked(6, 1, answer(0))
    assert track.earlier_logits(6) is None


def test_undo_gives_every_result_back(track):
    track_over(track, range(6))
    before = vars(track.masklet())
    track.take_prompt(3, CLICK, answer(9), trace(3))
    track_over(track, range(3, 9), value=8)
    track.take_prompt(3, CLICK, answer(10), trace(3))
    assert track.object_frame(3).mask.sum() == 10
    assert track.undo()
    assert track.object_frame(3).mask.sum() == 9
    assert track.object_frame(8).mask.sum() == 8
    assert track.undo()
    assert vars(track.masklet()) == before
    assert track.can_reuse(5, 1)
    assert list(track.bank.tracked(1)) == [1, 2, 3, 4, 5]
    assert not track.undo()


def test_results_as_values(track):
    track_over(track, range(3))
    shown = track.object_frame(2)
    assert (shown.mask.sum(), shown.score, shown.prompted) == (5, 0.5, False)
    assert shown.presence == pytest.approx(1 / (1 + np.exp(-3)))
    assert list(track.masklet().rles) == [0, 1, 2]
    with pytest.raises(KeyError):
        track.object_frame(7)
