"""Stand-ins for sessions, whose answers and mistakes are known beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from masklet.data.sets.values import VideoItem
from masklet.evaluate.answers import Said, VideoAnswers
from masklet.evaluate.following import truth_mask
from masklet.media.frames import FrameSource
from masklet.media.rle import encode_mask
from masklet.net import Net
from masklet.values import Candidate, Frame, Mask, ObjectFrame, Picture, Point, Prompt
from tests.session.fake_runtime import FakeRuntime


def candidate(mask: Mask, score: float) -> Candidate:
    return Candidate(mask, score, 1.0, np.where(mask, 1.0, -1.0).astype(np.float32))


class LeftHalfFirst:
    """Answers a first click with the left half of the object (and, second best, all of it), later ones with all.

    It knows the object from the colour under the first click, so a click beside the object gives nonsense.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.calls: list[tuple[list[Prompt], list[Candidate | None] | None]] = []

    def segment_many(
        self, prompts: Sequence[Prompt], previous: Sequence[Candidate | None] | None = None
    ) -> list[list[Candidate]]:
        self.calls.append((list(prompts), None if previous is None else list(previous)))
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> list[Candidate]:
        box = prompt.box
        x, y = (int(v) for v in (prompt.points[0] if box is None else ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)))
        red = self.picture[..., 0].astype(int)
        whole = abs(red - red[y, x]) < 15
        if box is not None:
            return [candidate(whole, 0.9)]
        if len(prompt.points) > 1:
            return [candidate(whole, 0.9)]
        columns = np.flatnonzero(whole.any(axis=0))
        half = whole & (np.arange(whole.shape[1]) < (columns[0] + columns[-1] + 1) / 2)
        return [candidate(half, 0.7), candidate(whole, 0.6), candidate(~whole, 0.1)]


class Stays:
    """Keeps every object where it was given, to the video's end; the answer to n clicks has n tenths of its columns.

    It knows the truth, since it answers clicks with the object that lies below them.
    """

    def __init__(self, item: VideoItem, frames: int | None = None) -> None:
        self.item = item
        self.frames = len(item) if frames is None else frames
        self.given: dict[str, tuple[int, Mask]] = {}
        self.said: list[tuple[str, int, str, tuple[Point, ...], tuple[int, ...]]] = []
        self.clicks: dict[str, int] = {}
        self.closed = False

    def prompt(self, name: str, *, frame: int, **said: Unpack[Said]) -> ObjectFrame:
        mask, box = said.get("mask"), said.get("box")
        kind = "mask" if mask is not None else "box" if box is not None else "points"
        self.said.append((name, frame, kind, tuple(said.get("points", ())), tuple(said.get("labels") or ())))
        if mask is not None:
            answer = mask
        elif box is not None:
            x0, y0, x1, y1 = (int(v) for v in box)
            answer = np.zeros(self.item.size, bool)
            answer[y0:y1, x0:x1] = True
        else:
            self.clicks[name] = self.clicks.get(name, 0) + 1
            whole = truth_mask(self.item, int(name), frame)
            first = int(np.flatnonzero(whole.any(axis=0))[0])
            answer = whole & (np.arange(whole.shape[1]) < first + self.clicks[name])
        self.given[name] = (frame, answer)
        return ObjectFrame(answer, 1.0, 1.0, prompted=True)

    def track(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        for t in range(start or 0, self.frames):
            objects = {name: ObjectFrame(mask, 1.0, 1.0) for name, (first, mask) in self.given.items() if t >= first}
            yield Frame(t, objects, np.zeros((*self.item.size, 3), np.uint8))

    def close(self) -> None:
        self.closed = True


class Forgets:
    """Knows an object on the frames on which it was clicked and `memory` frames around each, and nowhere else.

    The answer to a first click is the left half, to later ones all. What was said is kept, with the frame.
    """

    def __init__(self, item: VideoItem, memory: int = 1) -> None:
        self.item, self.memory = item, memory
        self.said: list[tuple[str, int, Point, int]] = []

    def prompt(self, name: str, *, frame: int, **said: Unpack[Said]) -> ObjectFrame:
        self.said.append((name, frame, said["points"][0], (said.get("labels") or [1])[0]))
        return ObjectFrame(self._at(name, frame), 1.0, 1.0, prompted=True)

    def _at(self, name: str, t: int) -> Mask:
        clicked: dict[int, int] = {}
        for said, frame, _, _ in self.said:
            if said == name:
                clicked[frame] = clicked.get(frame, 0) + 1
        near = [count for frame, count in clicked.items() if abs(frame - t) <= self.memory]
        truth = truth_mask(self.item, int(name), t)
        if not near:
            return np.zeros_like(truth)
        return left_half(truth) if max(near) == 1 else truth

    def track(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        firsts = {name: min(t for n, t, *_ in self.said if n == name) for name, *_ in self.said}
        begin = 0 if both else min(firsts.values()) if start is None else start
        for t in range(begin, len(self.item)):
            objects = {name: ObjectFrame(self._at(name, t), 1.0, 1.0) for name in firsts if both or t >= firsts[name]}
            yield Frame(t, objects, np.zeros((*self.item.size, 3), np.uint8))

    def close(self) -> None:
        pass


class ByColour:
    """A picture whose objects are known by their colour: a first click gives the left half, further ones all of it.

    A mask gives what has the colour under most of it, as long as the two touch.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture.astype(int)

    def segment_many(
        self, prompts: Sequence[Prompt], previous: Sequence[Candidate | None] | None = None
    ) -> list[list[Candidate]]:
        earlier = [None] * len(prompts) if previous is None else previous
        return [self._answer(prompt, before) for prompt, before in zip(prompts, earlier, strict=True)]

    def _answer(self, prompt: Prompt, before: Candidate | None) -> list[Candidate]:
        if prompt.mask is not None:
            alike = self._alike(np.median(self.picture[prompt.mask], axis=0))
            if np.count_nonzero(alike) > alike.size / 2:
                alike = np.zeros_like(alike)  # the ground: the object is gone
            return [candidate(alike if (alike & prompt.mask).any() else np.zeros_like(alike), 0.5)]
        if prompt.box is not None:
            x0, y0, x1, y1 = prompt.box
            return [candidate(self._alike(self.picture[int(y0 + y1) // 2, int(x0 + x1) // 2]), 0.8)]
        wanted = [point for point, label in zip(prompt.points, prompt.labels, strict=True) if label == 1]
        if not wanted:
            assert before is not None
            return [candidate(before.mask, 0.5)]
        x, y = (int(v) for v in wanted[0])
        whole = self._alike(self.picture[y, x])
        return [candidate(whole if len(prompt.points) > 1 else left_half(whole), 0.5 + 0.1 * len(prompt.points))]

    def _alike(self, colour: NDArray[np.generic]) -> Mask:
        return np.asarray(np.abs(self.picture - colour).sum(axis=2) < 60, bool)


def left_half(mask: Mask) -> Mask:
    columns = np.flatnonzero(mask.any(axis=0))
    middle = (columns[0] + columns[-1] + 1) / 2 if len(columns) else 0
    return mask & (np.arange(mask.shape[1]) < middle)


@dataclass(frozen=True)
class FoundRegion:
    """One of `everything`."""

    rle: Mapping[str, Any]
    score: float


class Colours:
    """A model for drawn clips: real sessions over a network that tracks colours, pictures with `ByColour`."""

    name = "colours"

    def open_video(self, source: FrameSource) -> VideoAnswers:
        return Net(FakeRuntime()).open_video(source)

    def open_image(self, source: Picture) -> ByColour:
        return ByColour(source)

    def everything(self, source: Picture) -> list[FoundRegion]:
        """Each colour once, the smaller the surer, and the left half of the largest."""
        colours = np.unique(source.reshape(-1, 3) // 16 * 16, axis=0)
        masks = [np.abs(source.astype(int) - colour).sum(axis=2) < 60 for colour in colours]
        masks = [mask for mask in masks if mask.any()]
        masks.append(left_half(max(masks, key=np.count_nonzero)))
        return [FoundRegion(encode_mask(mask), 1 / np.count_nonzero(mask)) for mask in masks]


def load_colours() -> Colours:
    """For processes, which load their own."""
    return Colours()
