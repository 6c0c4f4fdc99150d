"""Results on disk: the same as in a dict, whatever is written, taken back, and read later."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.errors import OutputError
from masklet.media.rle import decode_mask, encode_mask
from masklet.session import results
from masklet.session.results import Result, Results

SIZE = (6, 9)


def result(seed, step=1):
    rng = np.random.default_rng(seed)
    return Result(encode_mask(rng.random(SIZE) > 0.5), float(rng.random()), float(rng.random()), step)


def as_dict(held):
    parts = [held.column(lambda one: one.rle), held.column(lambda one: one.score), held.column(lambda one: one.step)]
    return {frame: tuple(part[frame] for part in parts) for frame in parts[0]}


def same(held, wanted):
    return as_dict(held) == {frame: (one.rle, one.score, one.step) for frame, one in sorted(wanted.items())}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 12), st.sampled_from([1, -1, None])),
            st.tuples(st.sampled_from(["forget", "mark", "back"]), st.integers(0, 12), st.just(1)),
        ),
        max_size=40,
    ),
    st.sampled_from([0, 100, 1 << 20]),
)
def test_it_holds_what_a_dict_would_hold(actions, in_memory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "IN_MEMORY", in_memory or 1)
        held = Results(SIZE)
    wanted, marks = {}, []
    for seed, (what, frame, step) in enumerate(actions):
        if what == "write":
            wanted[frame] = result(seed, step)
            held.write(frame, wanted[frame])
        elif what == "forget":
            wanted.pop(frame, None)
            held.forget(frame)
        elif what == "mark":
            marks.append((held.moment(), dict(wanted)))
        elif marks:
            moment, wanted = marks.pop()
            held.back_to(moment)
    assert same(held, wanted)
    assert [frame in held for frame in range(14)] == [frame in wanted for frame in range(14)]


def test_what_is_not_there_is_none():
    held = Results(SIZE)
    held.write(3, result(0, step=-1))
    assert held.get(2) is None and held.step_of(2) is None and held.logits(3) is None and held.step_of(3) == -1
    for frame in (-1, 2, 4):
        assert frame not in held
        with pytest.raises(KeyError):
            held[frame]


def test_a_column_stays_as_it_was():
    held = Results(SIZE)
    held.write(0, result(0))
    held.write(5, result(1))
    scores = held.column(lambda one: one.score)
    held.write(5, result(2))
    held.forget(0)
    assert dict(scores) == {0: result(0).score, 5: result(1).score}
    assert len(scores) == 2 and list(scores) == [0, 5] and 4 not in scores and scores.get(4) is None
    with pytest.raises(KeyError):
        scores[4]


def test_a_column_for_another_process_is_a_dict_with_all_that_is_in_it():
    held = Results(SIZE)
    held.write(2, result(0))
    copy = pickle.loads(pickle.dumps(held.column(lambda one: one.rle)))
    assert type(copy) is dict
    assert (decode_mask(copy[2]) == decode_mask(result(0).rle)).all()


def test_logits_are_kept_of_the_latest_frames_alone(monkeypatch):
    monkeypatch.setattr(results, "KEPT_LOGITS", 3)
    held = Results(SIZE)
    for frame in range(5):
        held.write(frame, result(frame), b"logits")
    assert [held.logits(frame) for frame in range(5)] == [None, None, b"logits", b"logits", b"logits"]
    held.write(4, replace(result(9), step=None))
    assert held.logits(4) is None


def test_a_full_disk_is_told_and_what_was_there_stays(monkeypatch):
    held = Results(SIZE)
    held.write(0, result(0))

    def full(data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(held._records._file, "write", full)
    with pytest.raises(OutputError, match="no room for masks in the temporary folder .*TMPDIR"):
        held.write(1, result(1))
    assert same(held, {0: result(0)})
