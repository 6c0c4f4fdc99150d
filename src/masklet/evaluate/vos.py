"""How well objects are followed through videos from a prompt on their first frame.

The semi-supervised protocol of DAVIS and its kin: every object is given once, on the first frame that shows it,
as a mask, a box or a few clicks, and is tracked to the video's end. Clicks are placed as on still pictures:
the first on the object's centre, every later one on the centre of the largest region that is still wrong on that
frame. Every object's mask is scored as the session gives it, whether or not it overlaps another object's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from masklet.data.clicks import box_of, centre_click, correction_click
from masklet.data.davis import VOID, DavisSequence, DavisSet
from masklet.errors import InputError
from masklet.evaluate.metrics import FrameScore, TrackScore, iou, mean_score, score_frame, score_track
from masklet.evaluate.pictures import Progress
from masklet.values import Box, Frame, Mask, ObjectFrame, Point

Given = Literal["mask", "box"] | int
"""What an object is given by: its mask, its box, or a number of clicks."""


class VideoAnswers(Protocol):
    """What the protocol asks of an opened video; `masklet.session.video.VideoSession` does it."""

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
        """The object's mask on that frame; further clicks on the same frame refine it."""
        ...

    def track(self, *, start: int | None = None) -> Iterator[Frame]:
        """All frames from `start` to the end, in order."""
        ...

    def close(self) -> None:
        """Lets go of the video."""
        ...


@dataclass(frozen=True)
class ObjectTrack:
    """One object through one video.

    first_frame: where it was given. given_iou: IoU of the answer to the prompt on that frame. score: J and F
    over the frames that count. frames: J and F of every annotated frame from the first on.
    """

    sequence: str
    number: int
    first_frame: int
    given_iou: float
    score: TrackScore
    frames: tuple[FrameScore, ...] = field(repr=False)


@dataclass(frozen=True)
class VideoReport:
    """What came out of a set of videos.

    given: what objects were given by. left_out: "sequence/number" of objects seen on fewer than 3 annotated frames up
    to the end, which DAVIS's rule leaves nothing of. frames: video frames tracked. seconds: wall time of the
    session's work alone, decoding included, reading annotations and scoring not.
    """

    given: Given
    objects: tuple[ObjectTrack, ...] = field(repr=False)
    left_out: tuple[str, ...]
    frames: int
    seconds: float

    def over_objects(self) -> TrackScore:
        """The mean over all objects of all videos, each counted once: DAVIS's figure."""
        return mean_score(one.score for one in self.objects)

    def by_sequence(self) -> Mapping[str, TrackScore]:
        """The mean of each video's objects."""
        names = dict.fromkeys(one.sequence for one in self.objects)
        return {name: mean_score(one.score for one in self.objects if one.sequence == name) for name in names}


def evaluate_videos(
    open_video: Callable[[Path], VideoAnswers],
    videos: DavisSet,
    given: Given = "mask",
    progress: Progress | None = None,
) -> VideoReport:
    """Follows every object of every video from its first frame and scores the masks.

    open_video: opens a folder of frames, as `Net.open_video`. progress: called per frame, over the whole set.

    Raises InputError when `given` is no known prompt or the set has no object to follow; MediaError for an
    unreadable file.
    """
    if given not in ("mask", "box") and not (isinstance(given, int) and given >= 1):
        raise InputError(f'an object is given by "mask", "box" or a number of clicks from 1 up, not {given!r}')
    total = sum(len(sequence) for sequence in videos.sequences)
    tracks: list[ObjectTrack] = []
    left_out: list[str] = []
    passed, tracked, seconds = 0, 0, 0.0
    for sequence in videos.sequences:
        firsts = first_frames(sequence)
        enough = {n: t for n, t in firsts.items() if sum(a >= t for a in sequence.annotated) >= 3}
        left_out += [f"{sequence.name}/{number}" for number in firsts if number not in enough]
        if enough:
            with closing(open_video(sequence.frames[0].parent)) as video:
                run = _Run(video, sequence, enough)
                run.give(given)
                for done in run.follow():
                    if progress:
                        progress(passed + done, total)
            tracks += run.scored()
            tracked, seconds = tracked + run.tracked, seconds + run.seconds
        passed += len(sequence)
        if progress:
            progress(passed, total)
    if not tracks:
        raise InputError(f"{videos.folder}: no object is annotated on 3 frames, so there is nothing to score")
    return VideoReport(given, tuple(tracks), tuple(left_out), tracked, seconds)


def first_frames(sequence: DavisSequence) -> dict[int, int]:
    """Each object's number -> the first annotated frame that shows it, in the order of the numbers."""
    firsts: dict[int, int] = {}
    for t in sequence.annotated:
        for number in np.flatnonzero(np.bincount(sequence.labels(t).ravel())).tolist():
            firsts.setdefault(number, t)
    return {number: t for number, t in sorted(firsts.items()) if number not in (0, VOID)}


class _Run:
    """One video on its way through: the objects that were given, and their scores so far."""

    def __init__(self, video: VideoAnswers, sequence: DavisSequence, firsts: Mapping[int, int]) -> None:
        self._video, self._sequence, self._firsts = video, sequence, firsts
        self._given_ious: dict[int, float] = {}
        self._frames: dict[int, list[FrameScore]] = {number: [] for number in firsts}
        self.tracked, self.seconds = 0, 0.0

    def give(self, given: Given) -> None:
        """Prompts every object on its first frame."""
        for number, t in self._firsts.items():
            truth = self._sequence.labels(t) == number
            if given == "mask":
                answer = self._prompt(number, t, mask=truth)
            elif given == "box":
                answer = self._prompt(number, t, box=box_of(truth))
            else:
                click = centre_click(truth)
                answer = self._prompt(number, t, points=[(click.x, click.y)], labels=[click.label])
                for _ in range(int(given) - 1):
                    click = correction_click(answer, truth)
                    answer = self._prompt(number, t, points=[(click.x, click.y)], labels=[click.label])
            self._given_ious[number] = iou(answer, truth)

    def _prompt(
        self,
        number: int,
        t: int,
        points: Sequence[Point] = (),
        labels: Sequence[int] | None = None,
        box: Box | None = None,
        mask: Mask | None = None,
    ) -> Mask:
        start = time.perf_counter()
        answer = self._video.prompt(str(number), frame=t, points=points, labels=labels, box=box, mask=mask)
        self.seconds += time.perf_counter() - start
        return answer.mask

    def follow(self) -> Iterator[int]:
        """Tracks to the end, scoring on the way; yields how many frames of the video have passed."""
        annotated = set(self._sequence.annotated)
        start = time.perf_counter()
        for frame in self._video.track(start=min(self._firsts.values())):
            self.seconds += time.perf_counter() - start
            self.tracked += 1
            if frame.index in annotated:
                self._score(frame)
            yield frame.index + 1
            start = time.perf_counter()
        self.seconds += time.perf_counter() - start

    def _score(self, frame: Frame) -> None:
        labels = self._sequence.labels(frame.index)
        for number, first in self._firsts.items():
            if frame.index >= first:
                answer = frame.objects.get(str(number))
                prediction = np.zeros(labels.shape, bool) if answer is None else answer.mask
                self._frames[number].append(score_frame(prediction, labels == number, void=labels == VOID))

    def scored(self) -> list[ObjectTrack]:
        """The objects' tracks. Raises InputError when the session gave fewer frames than there are."""
        tracks = []
        for number, first in self._firsts.items():
            frames = self._frames[number]
            expected = sum(t >= first for t in self._sequence.annotated)
            if len(frames) != expected:
                # Scoring what is there would count a run that broke off as a short one that went well.
                raise InputError(
                    f"{self._sequence.name}: object {number} followed on {len(frames)} of {expected} annotated frames"
                )
            score = score_track(frames)
            tracks.append(
                ObjectTrack(self._sequence.name, number, first, self._given_ious[number], score, tuple(frames))
            )
        return tracks
