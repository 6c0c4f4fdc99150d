"""Training samples: pictures and clips with the masks of a few objects, each a function of (seed, index) alone.

Because of that a run resumes exactly, and any number of workers share the work by sharing out the indices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import (
    FLAWS,
    Rng,
    Window,
    degrade,
    look_through,
    random_look,
    random_window,
    relight,
    window_about,
)
from masklet.data.compose import areas, cut_out, paste, place
from masklet.data.packed import Packed
from masklet.errors import InputError

ATTEMPTS = 60
"""Windows may show no object; so many are tried before the set itself is blamed."""


CLOSEST = 40
"""Packed pixels that an object has at least for a window to be laid around it."""


@dataclass(frozen=True, eq=False)
class Sample:
    """pictures: T,S,S,3 uint8 RGB. masks: N,T,S,S uint8, 0 or 1, never empty on frame 0. source: where it is from.

    N is at least 1 and varies; an object that is out of sight on a frame has an empty mask there.
    """

    pictures: NDArray[np.uint8] = field(repr=False)
    masks: NDArray[np.uint8] = field(repr=False)
    source: str


class Balance:
    """Draws entries of a pack so that large sources do not drown small ones: a source with chance ∝ √entries."""

    def __init__(self, packed: Packed) -> None:
        by_source: dict[str, list[int]] = {}
        for i, entry in enumerate(packed.entries):
            by_source.setdefault(entry.source, []).append(i)
        self._members = [np.array(members) for members in by_source.values()]
        weights = np.sqrt([len(members) for members in self._members])
        self._edges = np.cumsum(weights / weights.sum())

    def draw(self, rng: Rng) -> int:
        """The number of an entry."""
        source = min(int(np.searchsorted(self._edges, rng.random(), "right")), len(self._members) - 1)
        members = self._members[source]
        return int(members[rng.integers(len(members))])


class PictureSampler:
    """Single pictures for prompts and corrections.

    packed: pictures with labels. side: S. objects: the most per sample. paste: the chance that an object of
    another picture is pasted in. close: the chance that it is seen through a window around one of its objects.
    An object counts from 100 pixels at S = 384 on (as much of the picture at others).
    """

    def __init__(self, packed: Packed, side: int, objects: int = 6, paste: float = 0.4, close: float = 0.0) -> None:
        self._packed, self._side, self._objects = packed, side, objects
        self._paste, self._close = paste, close
        self._least = round(100 * (side / 384) ** 2)
        self._balance = Balance(packed)

    def sample(self, seed: int, index: int) -> Sample:
        """The sample of that number, T = 1. Raises InputError when no object of the set is large enough."""
        rng = np.random.default_rng((seed, index, 1))
        for _ in range(ATTEMPTS):
            entry = self._packed.entries[self._balance.draw(rng)]
            window = self._window(entry.start, rng)
            labels = look_through(window, self._packed.labels[entry.start], self._side, labels=True)
            if (areas(labels)[1:] < self._least).all():
                continue
            pixels = relight(look_through(window, self._packed.pictures[entry.start], self._side), random_look(rng))
            if rng.random() < self._paste:
                self._add_object(pixels, labels, rng)
            chosen = choose_objects(labels, self._objects, self._least, rng)
            if len(chosen):
                if rng.random() < 0.25:
                    pixels = degrade(pixels, rng, FLAWS[int(rng.integers(len(FLAWS)))])
                return Sample(pixels[None], masks_of(labels[None], chosen), entry.source)
        raise InputError(f"{self._packed.folder}: no picture shows an object of {self._least} pixels or more")

    def _window(self, frame: int, rng: Rng) -> Window:
        if self._close > 0 and rng.random() < self._close:
            sizes = areas(self._packed.labels[frame])
            seen = np.flatnonzero(sizes >= CLOSEST)
            seen = seen[seen > 0]
            if len(seen):
                return window_about(rng, self._packed.side, self._packed.labels[frame], int(rng.choice(seen)))
        return random_window(rng, self._packed.side)

    def _add_object(self, pixels: NDArray[np.uint8], labels: NDArray[Any], rng: Rng) -> None:
        frame = self._packed.entries[self._balance.draw(rng)].start
        longest = self._side * float(np.exp(rng.uniform(np.log(0.08), np.log(0.75))))
        cutout = cut_out(self._packed.pictures[frame], self._packed.labels[frame], rng, longest)
        if cutout is None:
            return
        x, y = rng.uniform(0, self._side, 2)
        matrix = place(cutout, x, y, degrees=float(rng.normal(0, 12)))
        paste(pixels, labels, cutout, matrix, int(labels.max()) + 1)


def choose_objects(
    labels: NDArray[Any], most: int, least: int, rng: Rng, favoured: tuple[int, ...] = ()
) -> NDArray[np.intp]:
    """Up to `most` labels with `least` pixels or more, in random order; those in `favoured` come first.

    Half of the time all are alike, else larger ones are likelier (∝ √area), so that pictures with hundreds of
    small regions still show their large ones.
    """
    sizes = areas(labels)
    fit = np.flatnonzero(sizes >= least)
    fit = fit[fit > 0]
    if not len(fit):
        return fit
    weights = np.ones(len(fit)) if rng.random() < 0.5 else np.sqrt(sizes[fit])
    # Gumbel's trick: the order of weighted drawing without replacement.
    keys = np.log(weights) + rng.gumbel(size=len(fit)) + 1e3 * np.isin(fit, favoured)
    return fit[np.argsort(-keys)[:most]]


def masks_of(labels: NDArray[Any], chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    """N,T,S,S uint8 masks of the chosen labels in T,S,S label maps."""
    return np.stack([(labels == label).view(np.uint8) for label in chosen])
