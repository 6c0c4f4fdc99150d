"""What happens when in a clip, told from the truth of its frames as they pass."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal

from masklet.data.synthetic.clip import SyntheticClip, SyntheticFrame

What = Literal["cut", "light", "outside", "hidden", "covered", "crossing"]


@dataclass(frozen=True)
class Event:
    """Something that happens on frames first … last, both included.

    cut: first is the first frame after it. light: it goes off or on at first. outside: no pixel of the object lies in
    the picture. hidden: it lies in the picture, and none of it is seen. covered: less than half of what lies in the
    picture is seen. crossing: two look-alikes are nearer to each other than half of their length.
    """

    what: What
    first: int
    last: int
    objects: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "objects": list(self.objects)}


class Chronicle:
    """Watches a clip's frames, each once and in order. Memory grows with what happens, not with what is watched."""

    def __init__(self, clip: SyntheticClip) -> None:
        self._clip = clip
        self._open: dict[tuple[What, tuple[int, ...]], tuple[int, int]] = {}
        self._done: list[Event] = [Event("cut", cut, cut) for cut in clip.cuts]
        if clip.switched is not None:
            self._done.append(Event("light", clip.switched, clip.switched))

    def watch(self, frame: SyntheticFrame) -> None:
        """The next frame."""
        for number, truth in frame.objects.items():
            if truth.in_frame == 0:
                self._note("outside", frame.index, number)
            elif truth.visible == 0:
                self._note("hidden", frame.index, number)
            elif truth.visible < truth.in_frame / 2:
                self._note("covered", frame.index, number)
        for a, b in combinations(self._clip.alike, 2):
            apart = math.dist(frame.objects[a].centre, frame.objects[b].centre)
            if apart < self._clip.length(a, frame) / 2 and min(frame.objects[k].in_frame for k in (a, b)) > 0:
                self._note("crossing", frame.index, a, b)

    def events(self) -> tuple[Event, ...]:
        """All that happened so far, by its first frame."""
        running = [Event(what, first, last, objects) for (what, objects), (first, last) in self._open.items()]
        return tuple(sorted((*self._done, *running), key=lambda event: (event.first, event.what, event.objects)))

    def _note(self, what: What, t: int, *objects: int) -> None:
        first, last = self._open.get((what, objects), (t, t))
        if last < t - 1:
            self._done.append(Event(what, first, last, objects))
            first = t
        self._open[what, objects] = (first, t)
