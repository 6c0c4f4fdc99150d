"""Which frames count, worked out by hand for a video with objects that come and go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from masklet.data.sets.values import Thing
from masklet.errors import InputError
from masklet.evaluate.rules import RULES, counted_frames, gives_alone, rule_of
from masklet.evaluate.scoring import score_video
from tests.evaluate.drawn import video_item


def late() -> list[np.ndarray | None]:
    """Object 1 from frame 0, gone on 1; object 2 from frame 2; frame 3 is not annotated."""
    shown = [{1}, set(), {1, 2}, None, {2}, {1, 2}]
    frames: list[np.ndarray | None] = []
    for numbers in shown:
        frame = None if numbers is None else np.zeros((8, 12), np.uint8)
        for number in numbers or ():
            assert frame is not None
            frame[2:5, 4 * number : 4 * number + 3] = number
        frames.append(frame)
    return frames


@pytest.mark.parametrize(
    ("rule", "one", "two"),
    [
        ("davis", [1, 2, 4], [2, 4]),
        ("sav", [2, 4], [2, 4]),
        ("youtube-vos", [1, 2, 4, 5], [4, 5]),
        ("all", [0, 1, 2, 4, 5], [2, 4, 5]),
    ],
)
def test_which_frames_count(rule: str, one: list[int], two: list[int]) -> None:
    item = video_item("late", late())
    assert counted_frames(rule, item, 1) == one  # type: ignore[arg-type]
    assert counted_frames(rule, item, 2) == two  # type: ignore[arg-type]


def test_a_prediction_before_the_object_appears_counts_against_it() -> None:
    item = video_item("late", late())
    assert counted_frames("davis", item, 2, predicted=[0, 1]) == [1, 2, 4]
    assert counted_frames("sav", item, 1, predicted=[1, 4]) == [1, 2, 4]
    assert counted_frames("youtube-vos", item, 2, predicted=[0, 1]) == [4, 5]


def test_objects_that_no_frame_counts_of_are_named() -> None:
    item = video_item("short", [frame for frame in late()[:2] if frame is not None])
    assert score_video(item, {}, "sav").left_out == ("short/1",)
    never = replace(item, things=(*item.things, Thing(7)))
    assert [counted_frames(rule, never, 7) for rule in RULES] == [[]] * 4
    with pytest.raises(InputError, match="'mine' is no rule"):
        counted_frames("mine", item, 1)  # type: ignore[arg-type]


def test_formats_imply_their_rules() -> None:
    rules = [rule_of(layout) for layout in ("davis-2016", "davis-2017", "mose", "youtube-vos", "sav", "lvos")]
    assert rules == ["davis", "davis", "davis", "youtube-vos", "sav", "sav"]


def test_maps_that_only_give_objects_are_no_truth() -> None:
    """A server's set: frame 3 gives object 2, and does not say that object 1 is gone."""
    given = [(frame if t in (0, 3) else None) for t, frame in enumerate(maps([{1}, set(), set(), {2}, set(), set()]))]
    item = video_item("valid", given)
    assert gives_alone(item)
    assert [counted_frames(rule, item, number) for rule in RULES for number in (1, 2)] == [[]] * 8
    assert score_video(item, {}, "youtube-vos").left_out == ("valid/1", "valid/2")
    assert not gives_alone(video_item("late", late()))
    assert not gives_alone(video_item("gone", maps([{1}, {2}])))  # every frame is annotated


def maps(shown: list[set[int]]) -> list[np.ndarray | None]:
    """A label map for each frame, with these objects."""
    frames: list[np.ndarray | None] = []
    for numbers in shown:
        frame = np.zeros((8, 12), np.uint8)
        for number in numbers:
            frame[2:5, 4 * number : 4 * number + 3] = number
        frames.append(frame)
    return frames
