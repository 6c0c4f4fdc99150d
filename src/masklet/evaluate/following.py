"""Objects given on a video and followed through it: what the protocols on videos share."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

import numpy as np

from masklet.data.clicks import Click, box_of, centre_click, correction_click
from masklet.data.sets.values import VideoItem
from masklet.errors import InputError
from masklet.evaluate.answers import Given, Said, VideoAnswers
from masklet.evaluate.rules import first_appearance
from masklet.media.rle import Rle, decode_mask, encode_mask
from masklet.values import Frame, Mask


def first_frames(item: VideoItem) -> dict[int, int]:
    """Each object's number -> the first frame that shows it, in the order of the numbers; never seen ones not."""
    found = {thing.id: first_appearance(item, thing.id) for thing in item.things}
    return {number: t for number, t in sorted(found.items()) if t is not None}


def truth_mask(item: VideoItem, thing: int, t: int) -> Mask:
    """An object's true mask on an annotated frame, empty where it is absent."""
    for region in item.truths[t].regions:
        if region.thing == thing:
            return decode_mask(region.rle)
    return np.zeros(item.size, bool)


class Following:
    """One opened video on its way through a protocol: what is shown of each object, and how long the session took.

    shown: object -> frame -> compressed mask, as it was last given. clicks: how many were made. seconds: of the
    session's work, decoding included. tracked: frames that were tracked.
    """

    def __init__(self, video: VideoAnswers, item: VideoItem) -> None:
        self.video, self.item = video, item
        self.shown: dict[int, dict[int, Rle]] = {}
        self.clicks, self.seconds, self.tracked = 0, 0.0, 0

    def give(self, number: int, t: int, given: Given) -> Mask:
        """Tell the session what an object is on a frame that shows it; gives the answer."""
        truth = truth_mask(self.item, number, t)
        if given == "mask":
            return self._prompt(number, t, mask=truth)
        if given == "box":
            return self._prompt(number, t, box=box_of(truth))
        return self.click(number, t, int(given), None)

    def click(self, number: int, t: int, count: int, shown: Mask | None) -> Mask:
        """So many clicks on a frame, each in the middle of the largest error so far, the first in the object's centre
        when nothing is `shown`. Gives the last answer."""
        truth = truth_mask(self.item, number, t)
        for _ in range(count):
            place = correction_click(shown, truth) if shown is not None else centre_click(truth)
            shown = self._click(number, t, place)
        assert shown is not None
        return shown

    def _click(self, number: int, t: int, place: Click) -> Mask:
        self.clicks += 1
        return self._prompt(number, t, points=[(place.x, place.y)], labels=[place.label])

    def _prompt(self, number: int, t: int, **said: Unpack[Said]) -> Mask:
        start = time.perf_counter()
        answer = self.video.prompt(str(number), frame=t, **said).mask
        self.seconds += time.perf_counter() - start
        self.shown.setdefault(number, {})[t] = encode_mask(answer)
        return answer

    def follow(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        """Track, and keep what is shown; clicks may be made between two frames."""
        begun = time.perf_counter()
        frames = self.video.track(both=True) if both else self.video.track(start=start)
        for frame in frames:
            self.seconds += time.perf_counter() - begun
            self.tracked += 1
            for name, one in frame.objects.items():
                self.shown.setdefault(int(name), {})[frame.index] = encode_mask(one.mask)
            yield frame
            begun = time.perf_counter()
        self.seconds += time.perf_counter() - begun

    def check_whole(self, numbers: Mapping[int, int]) -> None:
        """Raise InputError when an annotated frame is missing after an object's first frame: numbers -> first frame.

        To score what is there would count a run that broke off as a short one that went well.
        """
        for number, first in numbers.items():
            expected = [t for t in sorted(self.item.truths) if t >= first]
            there = [t for t in expected if t in self.shown.get(number, {})]
            if len(there) != len(expected):
                raise InputError(
                    f"{self.item.name}: object {number} was followed on {len(there)} of {len(expected)} annotated "
                    "frames; check whether the video breaks off"
                )


def wanted(names: Sequence[str], only: Sequence[str] | None) -> list[str]:
    """The names to take. Raises InputError for one that the set does not have."""
    unknown = [name for name in only or () if name not in set(names)]
    if unknown:
        raise InputError(
            f"the set has no {unknown[0]!r}; it has {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
        )
    return [name for name in names if only is None or name in set(only)]
