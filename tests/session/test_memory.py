from dataclasses import replace

import numpy as np
import pytest

from masklet.errors import InputError, ModelError
from masklet.session.memory import load_policy
from masklet.session.memory_sam2 import Sam2Policy
from tests.session.fake_runtime import FakeRuntime
from tests.session.test_memory_sam2 import bank_of, trace


def test_a_correction_outdates_up_to_the_neighbouring_prompts():
    bank = bank_of([0, 10, 20], [2, 8, 12, 15, 18, 25])
    bank.write_tracked(13, -1, trace(13))
    bank.outdate_around(15)
    assert list(bank.tracked(1)) == [2, 8, 25]
    assert list(bank.tracked(-1)) == []
    bank.outdate_around(10)  # prompted itself: up to 0 and 20
    assert list(bank.tracked(1)) == [25]


def test_a_prompted_frame_is_tracked_no_more():
    bank = bank_of([0], [1, 2])
    bank.write_prompted(2, trace(2))
    assert list(bank.tracked(1)) == [1]
    assert list(bank.prompted) == [0, 2]


def test_copies_are_independent():
    bank = bank_of([0], [1])
    twin = bank.copy()
    bank.write_prompted(5, trace(5))
    bank.forget_tracked()
    assert list(twin.prompted) == [0]
    assert list(twin.tracked(1)) == [1]


def test_policies_are_chosen_by_name():
    spec = FakeRuntime().spec
    assert load_policy("sam2", spec) == Sam2Policy(recent=3, pointers=6, max_prompted=None)
    own = Sam2Policy(recent=1)
    assert load_policy(own, spec) is own
    with pytest.raises(ModelError, match="^fake knows pictures alone: .* nano$"):
        load_policy("sam2", replace(spec, recent_memories=0))
    with pytest.raises(InputError, match="'sam3' is unknown: choose one of sam2"):
        load_policy("sam3", spec)


def test_where_an_object_was_last_is_told_by_the_nearest_frame_passed_that_shows_it():
    here, there, nowhere = (np.zeros((4, 4), bool) for _ in range(3))
    here[0], there[3] = True, True
    bank = bank_of([], [])
    assert bank.last_cover(5, 1) is None
    bank.write_prompted(0, replace(trace(0), cover=here))
    bank.write_prompted(9, replace(trace(9), cover=there))
    bank.write_tracked(1, 1, replace(trace(1), cover=there))
    bank.write_tracked(2, 1, replace(trace(2), cover=nowhere))
    bank.write_tracked(3, 1, trace(3))
    assert bank.last_cover(4, 1) is there
    assert bank.last_cover(1, 1) is here
    assert bank.last_cover(10, 1) is there
    assert bank.last_cover(5, -1) is there
    assert bank.last_cover(0, 1) is None


def test_frames_behind_the_nearest_one_that_shows_an_object_are_not_looked_through():
    class Counted(np.ndarray):
        looks = 0

        def any(self):
            Counted.looks += 1
            return super().any()

    bank = bank_of([], [])
    for frame in range(10):
        bank.write_tracked(frame, 1, replace(trace(frame), cover=np.full((4, 4), frame < 9).view(Counted)))
    assert bank.last_cover(10, 1) is bank.tracked(1)[8].cover
    assert Counted.looks == 2
