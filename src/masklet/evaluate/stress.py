"""What each difficulty costs a model: synthetic clips that are easy but for one thing, against those without it.

Clips come from the evaluation's own space of seeds, which no training draws from, and are drawn while they are tracked.
Every object is given on the first frame that shows it, and followed through a stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from masklet.data.clicks import box_of, centre_click, correction_click
from masklet.data.synthetic.clip import SyntheticClip, SyntheticFrame, check_size
from masklet.data.synthetic.conditions import PRESETS
from masklet.data.synthetic.materials import Materials
from masklet.data.synthetic.seeds import check_seed
from masklet.errors import InputError
from masklet.evaluate.answers import Given
from masklet.evaluate.identity import Sighting, id_switches
from masklet.evaluate.metrics import score_frame
from masklet.evaluate.stress_metrics import StressFrame
from masklet.values import Box, Frame, Mask, ObjectFrame, Picture, Point

Progress = Callable[[int, int], None]
"""Called with how many frames are done, and how many there are."""


class StreamAnswers(Protocol):
    """What the suite asks of an opened stream; `masklet.session.stream.StreamSession` does it."""

    def step(self, picture: Picture) -> Frame:
        """The next picture, with all objects that were given."""
        ...

    def prompt(
        self,
        name: str,
        *,
        points: Sequence[Point] = (),
        labels: Sequence[int] | None = None,
        box: Box | None = None,
        mask: Mask | None = None,
    ) -> ObjectFrame | None:
        """The object's mask on the latest picture; further clicks refine it."""
        ...


@dataclass(frozen=True)
class Limit:
    """A difficulty. frames, quick: of its clips, in the whole and the quick suite. subject: the number of the object
    that it is about; None when it is about all."""

    name: str
    frames: int
    quick: int
    subject: int | None = None

    @property
    def says(self) -> str:
        """What is difficult, in a line."""
        return PRESETS[self.name].says


EASY = Limit("easy", 60, 40)
"""What all others are measured against."""

LIMITS: tuple[Limit, ...] = (
    EASY,
    Limit("cuts", 60, 40),
    Limit("hidden-10", 80, 70, subject=2),
    Limit("hidden-30", 100, 90, subject=2),
    Limit("hidden-100", 170, 160, subject=2),
    Limit("hidden-300", 370, 360, subject=2),
    Limit("exits", 90, 90, subject=1),
    Limit("thin", 60, 40),
    Limit("crowd", 80, 60),
    Limit("fast", 60, 40),
    Limit("small", 60, 40),
    Limit("dark", 60, 40),
    Limit("noise", 60, 40),
    Limit("compression", 60, 40),
)


@dataclass(frozen=True)
class Suite:
    """What is run. clips: per limit; quick: 2, shorter ones, of the two longest limits 1. size: (height, width)."""

    limits: tuple[Limit, ...] = LIMITS
    clips: int = 8
    seed: int = 0
    size: tuple[int, int] = (288, 384)
    given: Given = "mask"
    quick: bool = False

    def count(self, limit: Limit) -> int:
        """How many clips of a limit."""
        if not self.quick:
            return self.clips
        return min(self.clips, 1 if limit.quick > 120 else 2)

    def length(self, limit: Limit) -> int:
        """How many frames each has."""
        return limit.quick if self.quick else limit.frames

    def check(self) -> None:
        """Raises InputError for what cannot be run."""
        if self.clips < 1:
            raise InputError(f"the suite needs at least 1 clip of each limit, not {self.clips}")
        check_seed(self.seed)
        check_size(self.size)
        if self.given not in ("mask", "box") and not (isinstance(self.given, int) and self.given >= 1):
            raise InputError(f'objects are given by "mask", "box" or a number of clicks from 1 up, not {self.given!r}')

    def total(self) -> int:
        """Frames in all."""
        return sum(self.count(limit) * self.length(limit) for limit in self.limits)


@dataclass(frozen=True)
class ObjectRun:
    """One object through one clip. given: the frame on which it was given. frames: those after it. switches: how often
    another object's mask took it over, see identity.id_switches."""

    limit: Limit
    clip: int
    number: int
    given: int
    cuts: tuple[int, ...]
    switches: int
    frames: tuple[StressFrame, ...] = field(repr=False)


@dataclass(frozen=True)
class StressRun:
    """All objects of all clips. frames: tracked in all; seconds: the model's own, drawing and scoring left out."""

    suite: Suite
    objects: tuple[ObjectRun, ...] = field(repr=False)
    frames: int
    seconds: float


Look = Callable[[SyntheticFrame, Mapping[int, Mask]], None]
"""Shown every frame of a clip as it passes, and the predicted masks."""


def limits_named(names: Sequence[str]) -> tuple[Limit, ...]:
    """The limits of these names, and the easy reference before them. Raises InputError with all names."""
    known = {limit.name: limit for limit in LIMITS}
    for name in names:
        if name not in known:
            raise InputError(f"{name!r} is no limit; there are {', '.join(known)}")
    return tuple(limit for limit in LIMITS if limit is EASY or limit.name in names)


def run_stress(
    open_stream: Callable[[], StreamAnswers],
    suite: Suite,
    materials: Materials,
    *,
    progress: Progress | None = None,
) -> StressRun:
    """Follows all objects of all clips. open_stream: a new one for each clip, as `Net.open_stream`.

    Raises InputError when the suite asks for what cannot be.
    """
    suite.check()
    runs = []
    done = 0
    for limit in suite.limits:
        for index in range(suite.count(limit)):
            runs.append(follow_clip(open_stream(), suite, limit, index, materials))
            done += runs[-1].frames
            if progress:
                progress(done, suite.total())
    return joined(suite, runs)


def joined(suite: Suite, runs: Sequence[StressRun]) -> StressRun:
    """The runs of the suite's clips as one."""
    objects = tuple(one for run in runs for one in run.objects)
    return StressRun(suite, objects, sum(run.frames for run in runs), sum(run.seconds for run in runs))


def follow_clip(
    stream: StreamAnswers, suite: Suite, limit: Limit, index: int, materials: Materials, look: Look | None = None
) -> StressRun:
    """Follows all objects of one clip. stream: a new one."""
    run = _Run(stream, limit, index, suite.given)
    clip = clip_of(suite, limit, index, materials)
    for frame in clip:
        masks = run.step(frame)
        if look:
            look(frame, masks)
    return StressRun(suite, tuple(run.objects(clip)), len(clip), run.seconds)


def clip_of(suite: Suite, limit: Limit, index: int, materials: Materials) -> SyntheticClip:
    """A clip of the suite: of the same number, all limits show the same things at the same place."""
    preset, frames = PRESETS[limit.name], suite.length(limit)
    return SyntheticClip(preset, materials, suite.seed, index, space="evaluation", frames=frames, size=suite.size)


class _Run:
    """One clip on its way through a stream."""

    def __init__(self, stream: StreamAnswers, limit: Limit, index: int, given: Given) -> None:
        self._stream, self._limit, self._index, self._given = stream, limit, index, given
        self._frames: dict[int, list[StressFrame]] = {}
        self._first: dict[int, int] = {}
        self._sightings: list[Sighting] = []
        self.seconds = 0.0

    def step(self, frame: SyntheticFrame) -> dict[int, Mask]:
        """Tracks and scores one frame; gives the predicted masks."""
        start = time.perf_counter()
        answer = self._stream.step(frame.picture)
        self.seconds += time.perf_counter() - start
        masks = {}
        for number, truth in frame.objects.items():
            if number in self._first:
                found = answer.objects[str(number)]
                masks[number] = found.mask
                self._frames[number].append(_scored(frame, number, found, truth.visible))
            elif frame.mask(number).any():
                self._first[number], self._frames[number] = frame.index, []
                masks[number] = self._give(number, frame.mask(number))
        self._sightings.append(_sighting(frame, masks))
        return masks

    def objects(self, clip: SyntheticClip) -> list[ObjectRun]:
        """All that were given, after the clip's end."""
        switches = id_switches(self._sightings)
        return [
            ObjectRun(
                self._limit,
                self._index,
                number,
                first,
                clip.cuts,
                switches.get(number, 0),
                tuple(self._frames[number]),
            )
            for number, first in sorted(self._first.items())
        ]

    def _give(self, number: int, truth: Mask) -> Mask:
        if self._given == "mask":
            return self._prompt(number, mask=truth)
        if self._given == "box":
            return self._prompt(number, box=box_of(truth))
        click = centre_click(truth)
        answer = self._prompt(number, points=[(click.x, click.y)], labels=[click.label])
        for _ in range(int(self._given) - 1):
            click = correction_click(answer, truth)
            answer = self._prompt(number, points=[(click.x, click.y)], labels=[click.label])
        return answer

    def _prompt(
        self,
        number: int,
        points: Sequence[Point] = (),
        labels: Sequence[int] | None = None,
        box: Box | None = None,
        mask: Mask | None = None,
    ) -> Mask:
        start = time.perf_counter()
        answer = self._stream.prompt(str(number), points=points, labels=labels, box=box, mask=mask)
        self.seconds += time.perf_counter() - start
        assert answer is not None  # there is a picture
        return answer.mask


def _sighting(frame: SyntheticFrame, masks: Mapping[int, Mask]) -> Sighting:
    """The objects that are seen, the masks that are shown, and how they overlap."""
    areas = np.bincount(frame.labels.ravel(), minlength=256)
    there = tuple(number for number in frame.objects if areas[number])
    shown = tuple(number for number, mask in masks.items() if mask.any())
    ious = np.zeros((len(there), len(shown)))
    for column, number in enumerate(shown):
        on = np.bincount(frame.labels[masks[number]], minlength=256)
        ious[:, column] = [on[k] / (areas[k] + on.sum() - on[k]) for k in there]
    return Sighting(there, shown, ious)


def _scored(frame: SyntheticFrame, number: int, found: ObjectFrame, visible: float) -> StressFrame:
    score = score_frame(found.mask, frame.mask(number))
    size = int(found.mask.sum())
    other = False
    if size:
        on = np.bincount(frame.labels[found.mask], minlength=256)
        own, on[0], on[number] = int(on[number]), 0, 0
        other = int(on.max()) > max(own, size // 2)
    return StressFrame(frame.index, visible, score.j, score.f, size > 0, other, found.presence, found.score)
