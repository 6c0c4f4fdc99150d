"""What synthetic clips are made of: things with alpha, backgrounds, and panels that cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from masklet.data.augment import Picture, Rng, random_look, relight
from masklet.data.compose import Cutout, cut_out
from masklet.data.packed import Packed
from masklet.data.pictures import LabelledPicture, PictureSet
from masklet.data.synthetic.conditions import Look
from masklet.data.synthetic.drawn import DRAWN, margined
from masklet.data.synthetic.icons import Icons
from masklet.data.synthetic.paths import Size

_TRIES = 8


class Materials(Protocol):
    """A store of things and places; what it gives depends on the chance that is handed in alone."""

    @property
    def name(self) -> str:
        """Which one it is, in words that name the files it draws on."""
        ...

    def thing(self, rng: Rng, longest: float, look: Look) -> Cutout:
        """Something with alpha, its longer side of about `longest` pixels."""
        ...

    def background(self, rng: Rng, size: Size) -> Picture:
        """A picture of size (height, width): HxWx3 uint8 RGB."""
        ...

    def panel(self, rng: Rng, side: int) -> Cutout:
        """Something square and without holes, that hides what lies behind it."""
        ...


@dataclass(frozen=True, eq=False)
class Pictures:
    """Things cut by their masks from pictures with label maps, and these pictures as backgrounds.

    pictures: a folder's set, or a pack.
    """

    pictures: PictureSet | Packed = field(repr=False)

    @property
    def name(self) -> str:
        """The folder."""
        return f"pictures {self.pictures.folder}"

    def thing(self, rng: Rng, longest: float, look: Look) -> Cutout:
        """Whole objects before those that the picture's border cuts off; thin ones are drawn."""
        if look == "thin":
            return DRAWN.thing(rng, longest, look)
        for attempt in range(_TRIES):
            one = self._read(rng)
            cutout = cut_out(one.pixels, one.labels, rng, longest, whole=attempt < _TRIES - 2)
            if cutout is not None:
                return cutout
        return DRAWN.thing(rng, longest, look)

    def background(self, rng: Rng, size: Size) -> Picture:
        """A picture that fills the size, what is too much cut away."""
        return filling(self._read(rng).pixels, size, rng)

    def panel(self, rng: Rng, side: int) -> Cutout:
        """A piece of a picture."""
        return margined(self.background(rng, (side, side)))

    def _read(self, rng: Rng) -> LabelledPicture:
        number = int(rng.integers(len(self.pictures)))
        if isinstance(self.pictures, PictureSet):
            return self.pictures.read(number)
        frame = self.pictures.entries[number].start
        return LabelledPicture(self.pictures.pictures[frame], self.pictures.labels[frame].astype(np.uint16))


@dataclass(frozen=True, eq=False)
class Mixture:
    """Things and places of several stores, each as often as its weight says."""

    parts: Sequence[Materials]
    things: Sequence[float]
    backgrounds: Sequence[float]

    @property
    def name(self) -> str:
        """All of them."""
        return " + ".join(part.name for part in self.parts)

    def thing(self, rng: Rng, longest: float, look: Look) -> Cutout:
        """Of one of them."""
        return self._one(rng, self.things).thing(rng, longest, look)

    def background(self, rng: Rng, size: Size) -> Picture:
        """Of one of them."""
        return self._one(rng, self.backgrounds).background(rng, size)

    def panel(self, rng: Rng, side: int) -> Cutout:
        """Of one of them."""
        return self._one(rng, self.backgrounds).panel(rng, side)

    def _one(self, rng: Rng, weights: Sequence[float]) -> Materials:
        edges = np.cumsum(weights) / np.sum(weights)
        return self.parts[min(int(np.searchsorted(edges, rng.random(), "right")), len(self.parts) - 1)]


def gather(pictures: PictureSet | Packed | None = None, icons: Sequence[Icons] = ()) -> Materials:
    """What there is, together: of things most from pictures, some icons, a few drawn; pictures as backgrounds where
    there are any."""
    if pictures is None and not icons:
        return DRAWN
    parts: list[Materials] = [DRAWN]
    things, backgrounds = [0.15], [0.1 if pictures is not None else 1.0]
    for one in icons:
        parts.append(one)
        things, backgrounds = [*things, 0.3 / len(icons)], [*backgrounds, 0.0]
    if pictures is not None:
        parts.append(Pictures(pictures))
        things, backgrounds = [*things, 0.55], [*backgrounds, 0.9]
    return Mixture(parts, things, backgrounds)


def filling(pixels: Picture, size: Size, rng: Rng) -> Picture:
    """The picture scaled until it fills the size, at times in a mirror, cut at chance, in a light of its own."""
    height, width = size
    scale = max(height / pixels.shape[0], width / pixels.shape[1])
    fit = max(width, round(pixels.shape[1] * scale)), max(height, round(pixels.shape[0] * scale))
    large = cv2.resize(pixels, fit, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    x, y = (int(rng.integers(0, extra + 1)) for extra in (fit[0] - width, fit[1] - height))
    part = large[y : y + height, x : x + width]
    part = cv2.flip(part, 1) if rng.random() < 0.5 else part
    return relight(np.ascontiguousarray(part, np.uint8), random_look(rng, 0.5))
