"""A session that is made when it is needed, and knows what the history says."""

from __future__ import annotations

from typing import Any

import numpy as np

from masklet.app.answers import prompt_to_json, to_json
from masklet.app.history import History, Thing
from masklet.app.tracker import Tracker
from masklet.media.frames import open_frames
from masklet.net import Net
from masklet.values import Frame, ObjectFrame, Prompt
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime


class Clip:
    """Six drawn frames with their history, and a tracker over them; what is said is kept as a project keeps it."""

    def __init__(self) -> None:
        self.history = History()
        self.tracker = Tracker(Net(FakeRuntime()), open_frames(drawn.clip(6)), self.history)
        self.history.apply({"kind": "object", "object": "o1", "name": "n", "colour": "#000000"})

    @property
    def thing(self) -> Thing:
        return self.history.things["o1"]

    def say(self, frame: int, at: tuple[float, float]) -> ObjectFrame:
        said = Prompt((at,), (1,), None, None)
        answer = self.tracker.answer(self.thing, frame, said)
        told: dict[str, Any] = {"kind": "prompt", "object": "o1", "frame": frame, **prompt_to_json(said)}
        self.history.apply({**told, "answer": to_json(answer)})
        self.tracker.took(self.thing.latest)
        return answer

    def track(self, start: int, step: int = 1) -> list[Frame]:
        return list(self.tracker.follow(start, step))


def masks(frames: list[Frame]) -> list[np.ndarray]:
    return [frame["o1"].mask for frame in frames]


def test_a_session_made_anew_goes_on_as_the_first_would_have() -> None:
    clip = Clip()
    answer = clip.say(0, drawn.disc(0))
    assert drawn.iou(answer.mask, drawn.truth(drawn.draw(0), drawn.RED)) > 0.8
    before = clip.track(1)
    clip.tracker.drop()
    again = clip.track(1)
    assert [frame.index for frame in again] == [frame.index for frame in before] == [1, 2, 3, 4, 5]
    assert all(np.array_equal(a, b) for a, b in zip(masks(before), masks(again), strict=True))


def test_a_new_session_goes_on_from_what_is_shown_before_its_first_frame() -> None:
    clip = Clip()
    clip.say(0, drawn.disc(0))
    for frame in clip.track(1)[:3]:
        objects = {"o1": to_json(frame["o1"])}
        clip.history.apply({"kind": "masks", "frame": frame.index, "step": 1, "objects": objects})
    clip.tracker.drop()
    rest = clip.track(4)
    assert [frame.index for frame in rest] == [4, 5]
    for frame in rest:
        assert drawn.iou(frame["o1"].mask, drawn.truth(drawn.draw(frame.index), drawn.RED)) > 0.8


def test_what_was_taken_back_counts_no_more() -> None:
    clip = Clip()
    clip.say(0, drawn.disc(0))
    plain = masks(clip.track(1))
    clip.say(2, drawn.square(2))
    assert not np.array_equal(masks(clip.track(3))[0], plain[2])
    action = clip.history.last_done
    assert action is not None
    clip.history.apply({"kind": "undo"})
    clip.tracker.take_back(action.number)
    assert all(np.array_equal(a, b) for a, b in zip(plain, masks(clip.track(1)), strict=True))
