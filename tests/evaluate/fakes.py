"""Stand-ins for sessions, whose answers and mistakes are known beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from masklet.data.davis import DavisSet
from masklet.values import Box, Candidate, Frame, Mask, ObjectFrame, Picture, Point, Prompt


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
        x, y = (int(v) for v in prompt.points[0])
        red = self.picture[..., 0].astype(int)
        whole = abs(red - red[y, x]) < 15
        if len(prompt.points) > 1:
            return [candidate(whole, 0.9)]
        columns = np.flatnonzero(whole.any(axis=0))
        half = whole & (np.arange(whole.shape[1]) < (columns[0] + columns[-1] + 1) / 2)
        return [candidate(half, 0.7), candidate(whole, 0.6), candidate(~whole, 0.1)]


class Stays:
    """Keeps every object where it was given, to the video's end; the answer to n clicks has n tenths of its columns.

    It reads the annotations, since it answers clicks with the object that lies below them.
    """

    def __init__(self, folder: Path, frames: int | None = None) -> None:
        self.sequence = DavisSet(folder.parents[1], names=[folder.name]).sequences[0]
        self.frames = len(self.sequence) if frames is None else frames
        self.given: dict[str, tuple[int, Mask]] = {}
        self.said: list[tuple[str, int, str, tuple[Point, ...], tuple[int, ...]]] = []
        self.clicks: dict[str, int] = {}
        self.closed = False

    def prompt(
        self,
        name: str,
        *,
        frame: int,
        points: Sequence[Point] = (),
        labels: Sequence[int] | None = None,
        box: Box | None = None,
        mask: Mask | None = None,
    ) -> ObjectFrame:
        kind = "mask" if mask is not None else "box" if box is not None else "points"
        self.said.append((name, frame, kind, tuple(points), tuple(labels or ())))
        if mask is not None:
            answer = mask
        elif box is not None:
            x0, y0, x1, y1 = (int(v) for v in box)
            answer = np.zeros(self.sequence.labels(frame).shape, bool)
            answer[y0:y1, x0:x1] = True
        else:
            self.clicks[name] = self.clicks.get(name, 0) + 1
            whole = self.sequence.labels(frame) == int(name)
            first = int(np.flatnonzero(whole.any(axis=0))[0])
            answer = whole & (np.arange(whole.shape[1]) < first + self.clicks[name])
        self.given[name] = (frame, answer)
        return ObjectFrame(answer, 1.0, 1.0, prompted=True)

    def track(self, *, start: int | None = None) -> Iterator[Frame]:
        for t in range(start or 0, self.frames):
            objects = {name: ObjectFrame(mask, 1.0, 1.0) for name, (first, mask) in self.given.items() if t >= first}
            yield Frame(t, objects, self.sequence.picture(t))

    def close(self) -> None:
        self.closed = True
