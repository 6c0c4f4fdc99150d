"""A closer look: what is small in its picture is decoded again in a window around it.

The network sees every picture on a square of the same few pixels. Within a window around what it found at first, it
sees the object as large as it was trained to like it, and has a finer grid for the outline. The clicks go along, and so
does the first answer, which also keeps a part of the say.
Coordinates are pixels of the picture, unless said otherwise. H W: the picture's size; h w: the network's mask size.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from masklet.runtime.protocol import NetworkPrompt, Recollection, Runtime, RuntimeSpec
from masklet.session.answer import choose
from masklet.session.geometry import (
    Logits,
    Size,
    logits_on_square,
    mask_box,
    means_of_part,
    resize_logits,
    stretched_part,
    to_network,
)
from masklet.values import Box, Mask, Picture, Point, Prompt

ROOM = 1.6  # a window's side, in the object's longer sides
LEAST = 0.2  # of the picture's longer side, that a window's side has at least
MOST = 0.6  # of the picture's area: a larger window shows nothing new
FIRST = 0.3  # the first answer's part of the logits
SETTLED = 10.0  # logits of the first answer are cut off at ± this before they are mixed in
LOOKS = 2  # of one click's candidates, the likeliest, are looked at closer: a third look gains little
ALIKE = 0.75  # IoU of two windows from which one serves for both
OUTSIDE = -10.0  # the logit of what lies outside the window


@dataclass(frozen=True)
class Closer:
    """Which of a video's frames are looked at closer: those with a prompt, and those that are tracked."""

    prompted: bool
    tracked: bool

    @classmethod
    def of(cls, fine: bool | None, spec: RuntimeSpec) -> Closer:
        """As `fine` says: all or none; None: prompted ones, if the network gains by it."""
        return cls(spec.closer if fine is None else fine, bool(fine))


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture: whole pixels, x1 and y1 just past it."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.y1 - self.y0, self.x1 - self.x0


@dataclass(frozen=True, eq=False)
class Look:
    """What a closer look found.

    mask: HxW bool. logits: hxw float32 over the whole picture, for what comes after. score: predicted IoU.
    """

    mask: Mask = field(repr=False)
    logits: Logits = field(repr=False)
    score: float


def window_around(mask: Mask, prompt: Prompt) -> Window | None:
    """The window for a closer look at an object with that HxW mask: around the mask, or else the prompt's box, and
    all clicks on the object. None where there is nothing to look at, or it fills most of the picture anyway."""
    height, width = mask.shape
    extent = _extent(mask, prompt)
    if extent is None:
        return None
    left, top, right, bottom = extent
    side = max(ROOM * max(right - left, bottom - top), LEAST * max(width, height))
    x0, x1 = _stretch((left + right) / 2, side, width)
    y0, y1 = _stretch((top + bottom) / 2, side, height)
    window = Window(x0, y0, x1, y1)
    return None if (x1 - x0) * (y1 - y0) > MOST * width * height else window


def _extent(mask: Mask, prompt: Prompt) -> Box | None:
    """The least rectangle that a window has to hold."""
    around = prompt.box or mask_box(mask)
    points = [point for point, label in zip(prompt.points, prompt.labels, strict=True) if label == 1]
    if around is not None:
        points += [(around[0], around[1]), (around[2], around[3])]
    if not points:
        return None
    (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
    return float(left), float(top), float(right), float(bottom)


def look_closer(
    runtime: Runtime, picture: Picture, prompt: Prompt, firsts: Sequence[tuple[Mask, Logits]]
) -> list[Look | None]:
    """The object again, through a window, for each thing that the prompt may have meant.

    prompt: what was said of it, without a mask; where that does not say what it is (on a tracked frame, or clicks
    beside it alone), the mask's own box does.
    firsts: the first answers, mask HxW and logits hxw each. None where a closer look shows nothing new
    (`window_around`), nothing at all, or what a click denies and the first answer did not. Answers that nearly fill
    the same window share one look.
    """
    groups: dict[Window, list[int]] = {}
    for number, (mask, _) in enumerate(firsts):
        wished = window_around(mask, prompt)
        if wished is not None:
            extent = _extent(mask, prompt)
            shared = next((window for window in groups if _serves(window, wished, extent)), wished)
            groups.setdefault(shared, []).append(number)
    looks: list[Look | None] = [None] * len(firsts)

    def look_through(window: Window) -> None:
        numbers = groups[window]
        for number, look in zip(
            numbers, _look(runtime, picture, window, prompt, [firsts[n] for n in numbers]), strict=True
        ):
            looks[number] = look

    if len(groups) > 1 and runtime.facts.side_by_side:
        with ThreadPoolExecutor(len(groups)) as beside:
            list(beside.map(look_through, groups))
    else:
        list(map(look_through, groups))
    return looks


def _look(
    runtime: Runtime, picture: Picture, window: Window, prompt: Prompt, firsts: Sequence[tuple[Mask, Logits]]
) -> list[Look | None]:
    """What is found through one window, for each of the first answers."""
    part = np.ascontiguousarray(picture[window.y0 : window.y1, window.x0 : window.x1])
    recalled = runtime.recall(runtime.see(part), [Recollection()])
    grid = _Grid(window, (picture.shape[0], picture.shape[1]), runtime.spec)
    seen = [grid.through(logits) for _, logits in firsts]
    asked = [grid.prompt(_through(window, prompt, mask), first) for (mask, _), first in zip(firsts, seen, strict=True)]
    decoded = runtime.decode(recalled, asked)
    looks: list[Look | None] = []
    for index, ((mask, _), first) in enumerate(zip(firsts, seen, strict=True)):
        chosen = choose(decoded, index, False, steady=runtime.spec.steady)
        look = grid.look(first, decoded.mask_logits[index, chosen], float(decoded.iou[index, chosen]))
        looks.append(None if look is None or _goes_back(look.mask, mask, prompt) else look)
    return looks


@dataclass(frozen=True)
class _Grid:
    """How a window's pixels lie on the network's mask squares: that of the whole picture, and the window's own."""

    window: Window
    size: Size
    spec: RuntimeSpec

    def through(self, logits: Logits) -> Logits:
        """The whole picture's hxw logits, as the window's pixels have them."""
        window = self.window
        if self.spec.letterbox:
            whole = resize_logits(logits, self.size, letterbox=True)
            return whole[window.y0 : window.y1, window.x0 : window.x1]
        return stretched_part(logits, self.size, (window.y0, window.y1), (window.x0, window.x1))

    def prompt(self, said: Prompt, first: Logits) -> NetworkPrompt:
        """What is asked of the network: `said` in the window's coordinates, and the first answer's logits there."""
        earlier = logits_on_square(first, self.spec.mask_size, letterbox=self.spec.letterbox)
        return to_network(said, self.window.size, self.spec, earlier)

    def look(self, first: Logits, logits: Logits, score: float) -> Look | None:
        """What was found, mixed with the first answer; None where that is nothing. logits: hxw, of the window."""
        window = self.window
        closer = resize_logits(logits, window.size, letterbox=self.spec.letterbox)
        mixed = (1 - FIRST) * closer + FIRST * np.clip(first, -SETTLED, SETTLED)
        if not (mixed > 0).any():
            return None
        mask = np.zeros(self.size, bool)
        mask[window.y0 : window.y1, window.x0 : window.x1] = mixed > 0
        return Look(mask, self._whole(mixed), score)

    def _whole(self, inside: Logits) -> Logits:
        """hxw logits of the whole picture from the window's pixels; what lies outside is surely not the object."""
        window, (height, width), side = self.window, self.size, self.spec.mask_size
        if self.spec.letterbox or min(height, width) < side:
            whole = np.full(self.size, OUTSIDE, np.float32)
            whole[window.y0 : window.y1, window.x0 : window.x1] = inside
            return logits_on_square(whole, side, letterbox=self.spec.letterbox)
        rows, columns = (window.y0, window.y1), (window.x0, window.x1)
        return means_of_part(inside - OUTSIDE, self.size, rows, columns, side) + np.float32(OUTSIDE)


def _goes_back(mask: Mask, first: Mask, prompt: Prompt) -> bool:
    """Whether a mask shows a place that a click denies and that the first mask left out."""
    height, width = mask.shape
    denied = [point for point, label in zip(prompt.points, prompt.labels, strict=True) if label == 0]
    places = [(min(int(y), height - 1), min(int(x), width - 1)) for x, y in denied]
    return any(mask[place] and not first[place] for place in places)


def _serves(window: Window, wished: Window, extent: Box | None) -> bool:
    """Whether a window shows what is to be seen through another one about as large, the whole extent too."""
    if extent is not None:
        left, top, right, bottom = extent
        if left < window.x0 or top < window.y0 or right > window.x1 or bottom > window.y1:
            return False
    inner = Window(
        max(window.x0, wished.x0), max(window.y0, wished.y0), min(window.x1, wished.x1), min(window.y1, wished.y1)
    )
    if min(inner.size) <= 0:
        return False
    shared, own, other = (one.size[0] * one.size[1] for one in (inner, window, wished))
    return shared >= ALIKE * (own + other - shared)


def _through(window: Window, prompt: Prompt, mask: Mask) -> Prompt:
    """What was said, in the window's own coordinates; clicks outside it have had their say in the first answer."""
    height, width = window.size
    points: list[Point] = []
    labels: list[int] = []
    for (x, y), label in zip(prompt.points, prompt.labels, strict=True):
        if window.x0 <= x <= window.x1 and window.y0 <= y <= window.y1:
            points.append((x - window.x0, y - window.y0))
            labels.append(label)
    box = prompt.box if prompt.box is not None or 1 in prompt.labels else mask_box(mask)
    if box is not None:
        x0, y0, x1, y1 = box
        box = (
            max(x0 - window.x0, 0.0),
            max(y0 - window.y0, 0.0),
            min(x1 - window.x0, float(width)),
            min(y1 - window.y0, float(height)),
        )
    return Prompt(tuple(points), tuple(labels), box)


def _stretch(middle: float, length: float, limit: int) -> tuple[int, int]:
    """First and last + 1 pixel of a stretch of that length about the middle, moved to lie within 0 … limit."""
    whole = min(max(round(length), 1), limit)
    first = min(max(round(middle - whole / 2), 0), limit - whole)
    return first, first + whole
