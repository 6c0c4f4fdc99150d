"""What a project is, folded from entries."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.app.history import History


def answer(counts: str) -> dict[str, Any]:
    return {"counts": counts, "score": 0.9, "presence": 1.0}


def named(target: str = "o1") -> dict[str, Any]:
    return {"kind": "object", "object": target, "name": target, "colour": "#000000"}


def prompted(frame: int, counts: str, target: str = "o1", x: float = 1) -> dict[str, Any]:
    said = {"points": [[x, 1]], "labels": [1]}
    return {"kind": "prompt", "object": target, "frame": frame, **said, "answer": answer(counts)}


def tracked(frame: int, counts: str, target: str = "o1", step: int = 1) -> dict[str, Any]:
    return {"kind": "masks", "frame": frame, "step": step, "objects": {target: answer(counts)}}


def folded(*entries: dict[str, Any]) -> History:
    history = History()
    for entry in entries:
        history.apply(entry)
    return history


def shown(history: History, target: str = "o1") -> dict[int, str]:
    return {frame: one.counts for frame, one in history.things[target].frames().items()}


BASE = [named(), prompted(0, "p0"), *(tracked(frame, f"t{frame}") for frame in range(1, 6))]


def test_a_correction_makes_stale_what_was_tracked_from_there_on() -> None:
    history = folded(*BASE, prompted(3, "p3"))
    thing = history.things["o1"]
    assert shown(history) == {0: "p0", 1: "t1", 2: "t2", 3: "p3", 4: "t4", 5: "t5"}
    assert [frame for frame, one in thing.frames().items() if thing.is_stale(frame, one)] == [4, 5]
    assert history.next_run(6, 1) == 4
    assert history.next_run(6, -1) is None


def test_undo_brings_back_what_was_there_and_redo_what_came_then() -> None:
    correction = [prompted(3, "p3"), tracked(4, "n4"), tracked(5, "n5")]
    history = folded(*BASE, *correction)
    after = shown(history)
    history.apply({"kind": "undo"})
    assert shown(history) == {0: "p0", **{frame: f"t{frame}" for frame in range(1, 6)}}
    assert history.next_run(6, 1) is None
    history.apply({"kind": "redo"})
    assert shown(history) == after
    assert history.next_run(6, 1) is None


def test_a_new_prompt_ends_redoing() -> None:
    history = folded(*BASE, {"kind": "undo"}, prompted(1, "q1"))
    assert not history.can_redo
    assert shown(history) == {1: "q1"}


def test_a_forgotten_object_comes_back_with_all_its_masks() -> None:
    history = folded(*BASE, {"kind": "forget", "object": "o1"})
    assert not history.alive
    history.apply({"kind": "undo"})
    assert len(shown(history)) == 6


def test_backward_frames_depend_on_later_prompts_only() -> None:
    history = folded(named(), prompted(4, "p4"), *(tracked(frame, "b", step=-1) for frame in (3, 2, 1, 0)))
    history.apply(prompted(2, "p2"))
    thing = history.things["o1"]
    assert [frame for frame, one in thing.frames().items() if thing.is_stale(frame, one)] == [0, 1]
    assert history.next_run(6, -1) == 1


def test_clicks_on_one_frame_add_up() -> None:
    history = folded(named(), prompted(0, "p", x=1), prompted(0, "q", x=2))
    assert history.things["o1"].prompted()[0].points == ((1, 1), (2, 1))
    history.apply({"kind": "undo"})
    assert history.things["o1"].prompted()[0].points == ((1, 1),)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"kind": "x"},
        {"kind": "undo"},
        {"kind": "prompt", "object": "none"},
        {"kind": "masks", "objects": {"n": {}}},
    ],
)
def test_what_does_not_fit_is_an_error_that_the_reader_expects(entry: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, IndexError)):
        History().apply(entry)


@given(st.lists(st.tuples(st.sampled_from(["prompt", "track", "forget"]), st.integers(0, 5)), max_size=8))
def test_undoing_all_and_redoing_all_changes_nothing(steps: list[tuple[str, int]]) -> None:
    history = folded(named(), prompted(0, "first"))
    for number, (kind, frame) in enumerate(steps):
        if history.things["o1"].forgotten:
            break
        entries = {
            "prompt": prompted(frame, f"p{number}"),
            "track": tracked(frame, f"t{number}"),
            "forget": {"kind": "forget", "object": "o1"},
        }
        history.apply(entries[kind])
    before, alive = shown(history), len(history.alive)
    count = 0
    while history.can_undo:
        history.apply({"kind": "undo"})
        count += 1
    assert shown(history) == {}
    for _ in range(count):
        history.apply({"kind": "redo"})
    assert (shown(history), len(history.alive)) == (before, alive)


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "object", "object": "../x", "name": "n", "colour": "#000000"},
        {"kind": "object", "object": "o2", "name": "n", "colour": "url(x)"},
        tracked(-1, "t"),
        {**tracked(1, "t"), "objects": {"o1": {"counts": "", "score": float("nan"), "presence": 1}}},
    ],
)
def test_a_journal_from_elsewhere_brings_nothing_odd(entry: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        folded(named(), entry)
