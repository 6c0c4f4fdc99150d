"""The policy on made-up sequences: traces are told by their frame, no network takes part."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from masklet.session.answer import Answer
from masklet.session.memory import MemoryBank, Trace
from masklet.session.memory_sam2 import Sam2Policy


def trace(frame):
    return Trace(memory=f"m{frame}", pointer=np.array([frame], np.float32), score=0.9, presence=5.0)


def answer_of(presence):
    nothing = np.zeros((1, 1), np.float32)
    return Answer(nothing > 0, nothing, 0.9, presence, np.zeros(2, np.float32), nothing[None], np.zeros(1, np.float32))


def bank_of(prompted=(), tracked=(), step=1):
    bank = MemoryBank()
    for frame in prompted:
        bank.write_prompted(frame, trace(frame))
    for frame in tracked:
        bank.write_tracked(frame, step, trace(frame))
    return bank


def memories(recollection):
    return [(slot, int(memory[1:])) for slot, memory in recollection.memories]


def pointers(recollection):
    return [(distance, int(pointer[0])) for distance, pointer in recollection.pointers]


def test_prompted_frames_in_slot_0_then_the_last_frames():
    recollection = Sam2Policy(recent=3, pointers=5).read(bank_of([0, 50], range(1, 20)), 20, 1)
    assert memories(recollection) == [(0, 0), (0, 50), (1, 19), (2, 18), (3, 17)]
    # Frame 50 is not yet passed: its memory is recalled, its pointer is not.
    assert pointers(recollection) == [(20, 0), (1, 19), (2, 18), (3, 17), (4, 16)]


def test_of_the_last_frames_only_named_ones_are_recalled_but_all_pointers():
    recollection = Sam2Policy(recent=6, pointers=4, slots=(1, 3, 6)).read(bank_of([0], range(1, 20)), 20, 1)
    assert memories(recollection) == [(0, 0), (1, 19), (3, 17), (6, 14)]
    assert pointers(recollection) == [(20, 0), (1, 19), (2, 18), (3, 17)]


def test_backward_is_the_mirror_of_forward():
    policy = Sam2Policy(recent=3, pointers=5)
    forward = policy.read(bank_of([0, 50], range(1, 20)), 20, 1)
    backward = policy.read(bank_of([0, -50], range(-1, -20, -1), step=-1), -20, -1)
    assert [(slot, -frame) for slot, frame in memories(backward)] == memories(forward)
    assert [(distance, -frame) for distance, frame in pointers(backward)] == pointers(forward)


def test_frames_tracked_the_other_way_are_not_recalled():
    bank = bank_of([30], range(29, 20, -1), step=-1)
    assert memories(Sam2Policy().read(bank, 31, 1)) == [(0, 30)]


def test_a_frame_never_recalls_itself():
    bank = bank_of([0, 5], [4, 6])
    assert memories(Sam2Policy(recent=2).read(bank, 5, 1)) == [(0, 0), (1, 4)]


def test_missing_frames_leave_their_slots_empty():
    assert memories(Sam2Policy(recent=4).read(bank_of([0], [7, 9]), 10, 1)) == [(0, 0), (1, 9), (3, 7)]


def test_a_bound_takes_the_first_prompted_and_the_nearest():
    bank = bank_of([40, 0, 10, 20, 30])
    recollection = Sam2Policy(max_prompted=3).read(bank, 12, 1)
    assert memories(recollection) == [(0, 40), (0, 10), (0, 20)]


@given(st.integers(1, 8), st.integers(1, 20), st.sampled_from([1, -1]), st.integers(1, 60))
def test_trimming_never_changes_what_is_read(recent, count, step, length):
    policy = Sam2Policy(recent, count)
    trimmed, whole = bank_of([0]), bank_of([0])
    for distance in range(1, length):
        frame = distance * step
        assert memories(policy.read(trimmed, frame, step)) == memories(policy.read(whole, frame, step))
        assert pointers(policy.read(trimmed, frame, step)) == pointers(policy.read(whole, frame, step))
        for bank in (trimmed, whole):
            bank.write_tracked(frame, step, trace(frame))
        trimmed.trim(policy, frame, step)
        assert len(trimmed.tracked(step)) <= max(recent, count - 1)
        assert sum(one.memory is not None for one in trimmed.tracked(step).values()) <= recent


def test_a_bound_is_kept_for_ever():
    policy = Sam2Policy(max_prompted=4)
    bank = MemoryBank()
    for frame in range(0, 1000, 10):
        bank.write_prompted(frame, trace(frame))
        bank.trim(policy, frame, 1)
    assert list(bank.prompted) == [0, 970, 980, 990]


def test_absent_frames_are_remembered_too():
    assert Sam2Policy().writes(MemoryBank(), 3, 1, None)


def test_a_strict_runtime_measures_distances_in_shares_of_a_short_video() -> None:
    from dataclasses import replace

    from masklet.session.memory import load_policy
    from tests.session.fake_runtime import FakeRuntime

    spec = FakeRuntime().spec
    strict = replace(spec, strict=True)
    assert load_policy("sam2", spec, frames=4).stretch == 1.0
    assert load_policy("sam2", strict, frames=4).stretch == (spec.pointers - 1) / 3
    assert load_policy("sam2", strict, frames=spec.pointers).stretch == 1.0
    assert load_policy("sam2", strict).stretch == 1.0  # a stream has no length


def test_a_prompted_frame_recalls_itself_where_it_is_to() -> None:
    policy = Sam2Policy(recent=2, itself=True)
    assert memories(policy.read(bank_of([0, 5], [4, 6]), 5, 1)) == [(0, 0), (0, 5), (1, 4)]
    assert (0, 5) in pointers(policy.read(bank_of([0, 5], [4, 6]), 5, 1))


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.sampled_from([1, -1]))
def test_without_absences_the_frames_that_show_the_object_are_recalled_however_long_ago(seen, step):
    policy, whole = Sam2Policy(pointers=4, slots=(1, 3, 6), absences=False), MemoryBank()
    whole.write_prompted(0, trace(0))
    trimmed = whole.copy()
    for number, present in enumerate(seen, 1):
        frame = number * step
        answer = answer_of(presence=2.0 if present else -2.0)
        for bank in (whole, trimmed):
            if policy.writes(bank, frame, step, answer):
                bank.write_tracked(frame, step, trace(frame))
        trimmed.trim(policy, frame, step)
        ages = [back for back in range(1, number + 1) if seen[number - back]]  # of what the next frame looks back on
        wanted = {}
        for slot in (1, 3, 6):
            wanted.setdefault(next((back for back in ages if back >= slot), None), slot)
        wanted.pop(None, None)
        recalled = policy.read(trimmed, frame + step, step)
        assert memories(recalled)[1:] == [(slot, frame + step - back * step) for back, slot in wanted.items()]
        # what was let go is nothing that would have been recalled, and what is kept is bounded
        assert memories(recalled) == memories(policy.read(whole, frame + step, step))
        assert sum(one.memory is not None for one in trimmed.tracked(step).values()) <= 12
        if all(seen):
            every = Sam2Policy(pointers=4, slots=(1, 3, 6))
            assert memories(recalled) == memories(every.read(whole, frame + step, step))
