"""masklet's side of a comparison: what is asked of the runtime, and what of its answers is compared."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.bench.ourselves import PARTS, Ourselves
from masklet.bench.peer_process import Footage
from masklet.session.answer import ABSENT
from tests.bench.runtimes import PictureRuntime
from tests.session.fake_runtime import CANDIDATE_SCORES, SIDE, FakeRuntime

RED, BLUE = (200, 20, 20), (20, 20, 200)


def footage(*, blue_leaves: bool = False) -> Footage:
    """A red and a blue square, both 10 pixels farther right on the second picture."""
    levels, masks = np.zeros((2, SIDE, SIDE, 3), np.uint8), np.zeros((2, SIDE, SIDE), bool)
    for t in (0, 1):
        levels[t, 20:50, 20 + 10 * t : 50 + 10 * t] = RED
        if t == 0 or not blue_leaves:
            levels[t, 70:100, 20 + 10 * t : 50 + 10 * t] = BLUE
    masks[0, 20:50, 20:50] = masks[1, 70:100, 20:50] = True
    return Footage(levels, np.zeros((2, 3, SIDE, SIDE), np.float32), masks, (35.0, 35.0))


def test_a_click_is_answered_by_all_candidates_of_the_first_picture() -> None:
    ours = Ourselves(FakeRuntime(), footage())
    took = ours.picture()
    assert set(took) == {"set_picture", "prompt"} and min(took.values()) >= 0
    click = ours.answers()["click"]
    assert len(click) == len(CANDIDATE_SCORES) - 1
    assert (click[1] > 0).sum() == (30 // 2) ** 2  # the second candidate is the square itself, at half size


def test_a_frame_follows_the_first_objects_onto_the_second_picture() -> None:
    runtime = FakeRuntime()
    ours = Ourselves(runtime, footage())
    took = ours.frame(2)
    assert set(took) == {"frame", *PARTS}
    assert took["frame"] >= sum(took[part] for part in PARTS)
    red, blue = ours.answers()["masks"]
    second = footage().levels[1, ::2, ::2]
    assert np.array_equal(red > 0, second[..., 0] > 100) and np.array_equal(blue > 0, second[..., 2] > 100)
    ours.frame(1)
    assert np.array_equal(ours.answers()["masks"], [red])


def test_memories_are_full() -> None:
    runtime = FakeRuntime()
    Ourselves(runtime, footage()).frame(2)
    asked = runtime.calls.recall[-1]
    assert len(asked) == 2
    for one in asked:
        assert [slot for slot, _ in one.memories] == list(range(runtime.spec.recent_memories + 1))
        assert sorted(one.distances) == list(range(1, runtime.spec.pointers + 1))


def test_an_object_that_is_gone_has_the_published_codes_logits() -> None:
    ours = Ourselves(FakeRuntime(), footage(blue_leaves=True))
    ours.frame(2)
    red, blue = ours.answers()["masks"]
    assert (blue == ABSENT).all() and (red > 0).any()


def test_a_part_is_one_call_alone() -> None:
    runtime = FakeRuntime()
    ours = Ourselves(runtime, footage())
    ours.frame(2)
    for part in PARTS:
        call = ours.part(part)
        calls = runtime.calls
        before = calls.see, len(calls.recall), len(calls.decode), len(calls.remember)
        call()
        after = calls.see, len(calls.recall), len(calls.decode), len(calls.remember)
        assert [b - a for a, b in zip(before, after, strict=True)] == [int(part == one) for one in PARTS]
    with pytest.raises(KeyError):
        ours.part("dream")


def test_a_network_for_pictures_is_asked_for_no_memory() -> None:
    ours = Ourselves(PictureRuntime(), footage())
    ours.picture()
    assert len(ours.answers()["click"]) and not len(ours.answers()["masks"])
