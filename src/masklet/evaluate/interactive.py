"""Interactive protocols as SAM 2's paper simulates an annotator (Ravi et al. 2024, appendix F.1).

offline: in each round an object gets 3 clicks on the frame on which it is worst, in the first on its first frame, and
the video is tracked again. online: one pass, which pauses for 3 clicks where the object's IoU falls below 0.75; a pass
may pause so many times, its first frame included. Each object is annotated by itself, as if it were the only one.

An annotator takes 1 s to find the object on a frame, 1.5 s a click, and 0.1 s a frame to look through the video (30 s
for 300): in each round offline, once online.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import numpy as np

from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.answers import VideoAnswers
from masklet.evaluate.following import Following, first_frames, truth_mask
from masklet.evaluate.metrics import iou
from masklet.evaluate.record import Item
from masklet.evaluate.rules import Rule
from masklet.evaluate.scoring import Places, Worked, score_video
from masklet.media.rle import Rle, decode_mask
from masklet.values import Mask

Mode = Literal["offline", "online"]

PAUSE = 0.75
"""IoU below which the online annotator stops."""
TARGETS = (75, 80, 85, 90)
"""J&F in per cent to which interactions are counted."""
FIND, CLICK, EXAMINE = 1.0, 1.5, 30 / 300
"""Seconds: to find an object on a frame, for a click, to look at a frame of the video."""


@dataclass(frozen=True)
class Effort:
    """What has been done for one object so far: frames annotated, clicks, and an annotator's seconds."""

    frames: int
    clicks: int
    seconds: float


@dataclass(frozen=True)
class Round:
    """One object after so many rounds. jf: its J&F over the frames that count."""

    effort: Effort
    jf: float


@dataclass(frozen=True)
class Annotated:
    """One video. rounds: by object; items: its state at the end, with "clicks_to_jf75" … where these were reached."""

    items: tuple[Item, ...]
    rounds: Mapping[int, tuple[Round, ...]]
    left_out: tuple[str, ...]
    seconds: float
    tracked: int


@dataclass(frozen=True)
class Settings:
    """rounds: the most frames that are annotated of an object, None as many as there are. clicks: on each of them.

    fresh: clicks on a frame begin anew, rather than refine what is shown there (the picture model by itself).
    alone: no frame changes with another's clicks (the picture model again): the video is looked through once also
    offline, and after a click its own frame alone is asked for; all other figures are as they would be otherwise.
    """

    mode: Mode = "offline"
    rounds: int | None = 8
    clicks: int = 3
    fresh: bool = False
    alone: bool = False

    def __post_init__(self) -> None:
        if self.mode not in ("offline", "online") or self.clicks < 1 or (self.rounds is not None and self.rounds < 1):
            raise InputError(f"rounds and clicks are numbers from 1 up, the mode offline or online, not {self}")


def annotate_video(
    open_video: Callable[[], VideoAnswers],
    item: VideoItem,
    rule: Rule,
    settings: Settings,
    *,
    places: Places | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Annotated:
    """Annotates every object of a video. open_video: opens the video anew. step: called with objects done and all.

    Raises InputError when the video breaks off; MediaError for an unreadable file.
    """
    firsts = first_frames(item)
    items: list[Item] = []
    left_out: list[str] = []
    rounds: dict[int, tuple[Round, ...]] = {}
    seconds, tracked = 0.0, 0
    for done, (number, first) in enumerate(firsts.items(), 1):
        run = _Annotation(open_video, item, number, first, rule, settings, places)
        found = run.offline() if settings.mode == "offline" else run.online()
        seconds, tracked = seconds + run.seconds, tracked + run.tracked
        if step:
            step(done, len(firsts))
        if found is None:
            left_out.append(f"{item.name}/{number}")
            continue
        rounds[number] = tuple(run.rounds)
        items.append(found)
    return Annotated(tuple(items), rounds, tuple(left_out), seconds, tracked)


class _Annotation:
    """One object of one video."""

    def __init__(
        self,
        open_video: Callable[[], VideoAnswers],
        item: VideoItem,
        number: int,
        first: int,
        rule: Rule,
        settings: Settings,
        places: Places | None,
    ) -> None:
        self._open, self._item, self._number, self._first = open_video, item, number, first
        self._rule, self._settings, self._places = rule, settings, places
        self._frames = [t for t in sorted(item.truths) if _told(item, number, t)]
        self._worked = Worked()
        self._ious: dict[int, tuple[Rle | None, float]] = {}
        self.rounds: list[Round] = []
        self.seconds, self.tracked = 0.0, 0

    def offline(self) -> Item | None:
        """Rounds over the whole video; None when no frame counts."""
        most = len(self._frames) if self._settings.rounds is None else self._settings.rounds
        found, annotated = None, [self._first]
        with closing(self._open()) as video:
            run = Following(video, self._item)
            while True:
                self._click(run, annotated[-1])
                if len(annotated) == 1 or not self._settings.alone:
                    for _ in run.follow(both=True):
                        pass
                    run.check_whole({self._number: self._first})
                found = self._scored(run.shown)
                if found is None:
                    break
                effort = self._effort(len(annotated), 1 if self._settings.alone else len(annotated))
                self.rounds.append(Round(effort, found.figures["jf"]))
                worst = self._worst(run.shown, annotated)
                if worst is None or len(annotated) >= most:
                    break
                annotated.append(worst)
            self._take(run)
        return None if found is None else self._with_targets(found)

    def online(self) -> Item | None:
        """A pass for each number of pauses allowed; None when no frame counts."""
        most = len(self._frames) if self._settings.rounds is None else self._settings.rounds
        found = None
        for allowed in [most] if self._settings.alone else range(1, most + 1):
            with closing(self._open()) as video:
                run = Following(video, self._item)
                for paused in self._pass(run, allowed):
                    if self._settings.alone:  # a pass that may pause no more would show what this one shows so far
                        found = self._round(run, paused)
                self._take(run)
            if not self._settings.alone and paused == allowed:
                found = self._round(run, paused)
            run.check_whole({self._number: self._first})
            if found is None:
                return None
            if paused < allowed:
                break  # it needs no more pauses than the pass before had
        return None if found is None else self._with_targets(found)

    def _round(self, run: Following, paused: int) -> Item | None:
        found = self._scored(run.shown)
        if found is not None:
            self.rounds.append(Round(self._effort(paused, 1), found.figures["jf"]))
        return found

    def _pass(self, run: Following, allowed: int) -> Iterator[int]:
        """One pass forward; gives each time it has paused on how many frames it has, the first included."""
        self._click(run, self._first)
        paused, known = 1, set(self._frames)
        yield paused
        for frame in run.follow(start=self._first):
            t = frame.index
            if paused < allowed and t > self._first and t in known and self._iou(run.shown, t) < PAUSE:
                self._click(run, t)
                paused += 1
                yield paused

    def _click(self, run: Following, t: int) -> None:
        shown = None if t not in run.shown.get(self._number, {}) else self._mask(run.shown, t)
        if self._settings.fresh and truth_mask(self._item, self._number, t).any():
            shown = None
        run.click(self._number, t, self._settings.clicks, shown)

    def _worst(self, shown: Mapping[int, Mapping[int, Rle]], annotated: Sequence[int]) -> int | None:
        """The frame with the least IoU that has not been annotated; None when all are, or nothing is wrong."""
        ious = {t: self._iou(shown, t) for t in self._frames}
        left = {t: value for t, value in ious.items() if t not in annotated and value < 1}
        return min(left, key=lambda t: (left[t], t), default=None)

    def _iou(self, shown: Mapping[int, Mapping[int, Rle]], t: int) -> float:
        rle = shown.get(self._number, {}).get(t)
        if t not in self._ious or self._ious[t][0] != rle:
            value = iou(self._mask(shown, t), truth_mask(self._item, self._number, t))
            self._ious[t] = rle, value
        return self._ious[t][1]

    def _mask(self, shown: Mapping[int, Mapping[int, Rle]], t: int) -> Mask:
        rle = shown.get(self._number, {}).get(t)
        return np.zeros(self._item.size, bool) if rle is None else decode_mask(rle)

    def _scored(self, shown: Mapping[int, Mapping[int, Rle]]) -> Item | None:
        alone = {self._number: shown.get(self._number, {})}
        scored = score_video(self._item, alone, self._rule, places=self._places, worked=self._worked)
        return next((one for one in scored.items if one.object == self._number), None)

    def _effort(self, frames: int, looks: int) -> Effort:
        clicks = frames * self._settings.clicks
        return Effort(frames, clicks, frames * FIND + clicks * CLICK + looks * len(self._item) * EXAMINE)

    def _with_targets(self, item: Item) -> Item:
        figures = {**item.figures, "frames_annotated": self.rounds[-1].effort.frames}
        for target in TARGETS:
            reached = next((one.effort for one in self.rounds if one.jf >= target / 100), None)
            if reached is not None:
                figures[f"clicks_to_jf{target}"] = reached.clicks
                figures[f"seconds_to_jf{target}"] = reached.seconds
        return Item(
            item.sequence,
            item.object,
            item.source,
            figures,
            item.frames,
            item.pictures,
            item.annotations,
            item.predictions,
        )

    def _take(self, run: Following) -> None:
        self.seconds, self.tracked = self.seconds + run.seconds, self.tracked + run.tracked


def _told(item: VideoItem, number: int, t: int) -> bool:
    truth = item.truths[t]
    return number in truth.absent or any(region.thing == number for region in truth.regions)
