"""Streams whose answers and mistakes are known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from masklet.data.synthetic.clip import SyntheticFrame
from masklet.data.synthetic.drawn import DRAWN
from masklet.evaluate.stress import Suite, clip_of
from masklet.values import Frame, Mask, ObjectFrame, Picture

Behaviour = Callable[[SyntheticFrame, int, "KnowsTheClip"], Mask]


class KnowsTheClip:
    """Answers as its behaviour says, from the truth of the frame."""

    def __init__(self, frames: Iterator[SyntheticFrame], behaviour: Behaviour) -> None:
        self._frames, self._behaviour = frames, behaviour
        self.frame: SyntheticFrame
        self.given: dict[str, Mask] = {}
        self.gone: set[int] = set()
        self.said: list[tuple[str, str]] = []

    def step(self, picture: Picture) -> Frame:
        self.frame = next(self._frames)
        assert np.array_equal(picture, self.frame.picture)
        self.gone |= {k for k in self.frame.objects if not self.frame.mask(k).any()}
        objects = {name: self._answer(int(name)) for name in self.given}
        return Frame(self.frame.index, objects, picture)

    def prompt(self, name: str, *, points: Sequence = (), labels=None, box=None, mask=None) -> ObjectFrame:
        self.said.append((name, "mask" if mask is not None else "box" if box is not None else "points"))
        self.given[name] = self.frame.mask(int(name))
        return ObjectFrame(self.given[name], 1.0, 1.0, True)

    def _answer(self, number: int) -> ObjectFrame:
        mask = self._behaviour(self.frame, number, self)
        return ObjectFrame(mask, 0.9, 0.9 if mask.any() else 0.1)


def knows(frame: SyntheticFrame, number: int, stream: KnowsTheClip) -> Mask:
    return frame.mask(number)


def stays(frame: SyntheticFrame, number: int, stream: KnowsTheClip) -> Mask:
    return stream.given[str(number)]


def loses(frame: SyntheticFrame, number: int, stream: KnowsTheClip) -> Mask:
    """What was once out of sight is lost for good."""
    return frame.mask(number) & (number not in stream.gone)


def confuses(frame: SyntheticFrame, number: int, stream: KnowsTheClip) -> Mask:
    """From the middle on the objects 1 and 2 are taken for each other."""
    return frame.mask({1: 2, 2: 1}.get(number, number) if frame.index > 10 else number)


def streams(suite: Suite, behaviour: Behaviour) -> Callable[[], KnowsTheClip]:
    """Opens one for each clip of the suite in turn."""
    clips = (clip_of(suite, limit, index, DRAWN) for limit in suite.limits for index in range(suite.count(limit)))
    opened: list[KnowsTheClip] = []

    def open_stream() -> KnowsTheClip:
        opened.append(KnowsTheClip(iter(next(clips)), behaviour))
        return opened[-1]

    open_stream.opened = opened  # type: ignore[attr-defined]
    return open_stream
