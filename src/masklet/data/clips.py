"""Training clips: real ones, and ones composed of pictures and moving cut-outs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import (
    FLAWS,
    Matrix,
    Picture,
    Region,
    Rng,
    Wave,
    degrade,
    random_look,
    relight,
    sampling_maps,
    streak,
)
from masklet.data.compose import Cutout, cut_out, paste, place
from masklet.data.motion import Path, absence, camera, leaving, wander
from masklet.data.packed import Packed
from masklet.data.samples import ATTEMPTS, Balance, Sample, choose_objects, masks_of
from masklet.errors import InputError


@dataclass(frozen=True, eq=False)
class Actor:
    """A cut-out on its way through a clip. wave: how it bends, its phase turning by `flow` radians per frame."""

    cutout: Cutout
    path: Path
    label: int
    wave: Wave | None = None
    flow: float = 0.0


@dataclass(frozen=True, eq=False)
class Scene:
    """A clip before it is drawn.

    frames: the packed frame behind each of the T frames. cameras: a 2x3 matrix for each, source to out.
    actors: from back to front.
    """

    packed: Packed
    frames: tuple[int, ...]
    cameras: tuple[Matrix, ...]
    actors: tuple[Actor, ...] = ()
    wave: Wave | None = None
    flow: float = 0.0

    def draw(self, t: int, side: int) -> tuple[Picture, NDArray[Any]]:
        """Frame t: pixels side,side,3 uint8 and labels side,side of the pack's type."""
        maps = sampling_maps(self.cameras[t], Region(0, 0, side, side), _flowing(self.wave, self.flow * t))
        smooth = cv2.remap(
            self.packed.pictures[self.frames[t]], *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        pixels = np.asarray(smooth, np.uint8)
        labels = cv2.remap(
            self.packed.labels[self.frames[t]], *maps, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
        for actor in self.actors:
            path, wave = actor.path, _flowing(actor.wave, actor.flow * t)
            matrix = place(actor.cutout, path.x[t], path.y[t], path.scale[t], path.degrees[t])
            paste(pixels, labels, actor.cutout, matrix, actor.label, wave)
        return pixels, labels


class ClipSampler:
    """Clips for tracking: T frames, up to `objects` objects that are seen on frame 0 (150 pixels at S = 384).

    real: the share of clips cut from real videos, at 1 to 8 times their speed and half of them backwards. The
    others are a still picture under a moving camera, most with one to three cut-outs that move, turn, grow,
    bend, cover each other, leave and return; some come in twins of which one is the target.
    """

    def __init__(
        self, pictures: Packed, videos: Packed, side: int, frames: int = 4, objects: int = 2, real: float = 0.4
    ) -> None:
        if frames < 2:
            raise ValueError(f"a clip has at least 2 frames, not {frames}")
        self._pictures, self._videos, self._side, self._frames = pictures, videos, side, frames
        self._objects, self._real = objects, real
        self._least = round(150 * (side / 384) ** 2)
        self._balance = Balance(pictures)

    def sample(self, seed: int, index: int) -> Sample:
        """The clip of that number. Raises InputError when the sets show no object that is large enough."""
        rng = np.random.default_rng((seed, index, 2))
        real = bool(rng.random() < self._real)
        for _ in range(ATTEMPTS):
            scene, favoured, source = self._real_scene(rng) if real else self._composed_scene(rng)
            pixels, labels = scene.draw(0, self._side)
            chosen = choose_objects(labels, self._objects, self._least, rng, favoured)
            if not len(chosen) or (favoured and favoured[0] not in chosen):
                continue
            drawn = [(pixels, labels)] + [scene.draw(t, self._side) for t in range(1, self._frames)]
            pictures, maps = np.stack([p for p, _ in drawn]), np.stack([m for _, m in drawn])
            if rng.random() < 0.2:
                self._cover(pictures, maps, int(chosen[0]), rng)
            self._film(pictures, rng)
            return Sample(pictures, masks_of(maps, chosen), source)
        raise InputError(f"no picture or video of the packs shows an object of {self._least} pixels or more")

    def _real_scene(self, rng: Rng) -> tuple[Scene, tuple[int, ...], str]:
        packed, count = self._videos, self._frames
        entry = packed.entries[int(rng.integers(len(packed)))]
        stride = int(rng.integers(1, min(8, max(1, (len(entry) - 1) // (count - 1))) + 1))
        first = entry.start + int(rng.integers(max(1, len(entry) - stride * (count - 1))))
        frames = [min(entry.stop - 1, first + stride * t) for t in range(count)]
        if rng.random() < 0.5:
            frames.reverse()
        cameras = camera(rng, count, packed.side, self._side, speed=0.3, least=0.55)
        actors = self._cast(rng, 1, 200, bends=False) if rng.random() < 0.25 else ()
        return Scene(packed, tuple(frames), tuple(cameras), actors), (), entry.source

    def _composed_scene(self, rng: Rng) -> tuple[Scene, tuple[int, ...], str]:
        packed, count = self._pictures, self._frames
        entry = packed.entries[self._balance.draw(rng)]
        frames = [entry.start] * count
        cameras = camera(rng, count, packed.side, self._side)
        if rng.random() < 0.05:
            cut = int(rng.integers(1, count))
            cameras[cut:] = camera(rng, count - cut, packed.side, self._side)
            if rng.random() < 0.5:
                frames[cut:] = [packed.entries[self._balance.draw(rng)].start] * (count - cut)
        first_label = int(max(packed.labels[frame].max() for frame in {frames[0], frames[-1]})) + 1
        actors: tuple[Actor, ...] = ()
        if rng.random() < 0.75:
            actors = self._cast(rng, int(rng.integers(1, 4)), first_label, bends=True)
        favoured: tuple[int, ...] = ()
        if actors and rng.random() < 0.8:
            favoured = (actors[0].label,)
            # The target stands anywhere in depth, so that others pass both before and behind it.
            actors = tuple(actors[i] for i in rng.permutation(len(actors)))
        wave, flow = self._bend(rng, packed.side, 0.15)
        return Scene(packed, tuple(frames), tuple(cameras), actors, wave, flow), favoured, entry.source

    def _cast(self, rng: Rng, count: int, first_label: int, *, bends: bool) -> tuple[Actor, ...]:
        """Up to `count` actors; the first may have a twin, and may leave the picture for a while."""
        actors: list[Actor] = []
        for k in range(count):
            longest = self._side * math.exp(rng.uniform(math.log(0.1), math.log(0.6)))
            cutout = self._cutout(rng, longest)
            if cutout is None:
                continue
            path = wander(rng, self._frames, self._side)
            if k == 0 and rng.random() < 0.4:
                path = leaving(rng, path, absence(rng, self._frames), self._side, cutout.size)
            wave, flow = self._bend(rng, max(cutout.cover.shape), 0.3) if bends else (None, 0.0)
            actors.append(Actor(cutout, path, first_label + k, wave, flow))
        if actors and rng.random() < 0.25:
            twin = wander(rng, self._frames, self._side)
            actors.append(Actor(actors[0].cutout, twin, first_label + count, actors[0].wave, -actors[0].flow))
        return tuple(actors)

    def _cutout(self, rng: Rng, longest: float) -> Cutout | None:
        for _ in range(4):
            frame = self._pictures.entries[self._balance.draw(rng)].start
            cutout = cut_out(self._pictures.pictures[frame], self._pictures.labels[frame], rng, longest)
            if cutout is not None:
                return cutout
        return None

    def _bend(self, rng: Rng, size: int, chance: float) -> tuple[Wave | None, float]:
        if rng.random() >= chance:
            return None, 0.0
        phases = rng.uniform(0, 2 * math.pi, 2)
        wave = Wave(size * rng.uniform(0.01, 0.04), rng.uniform(0.5, 2), size, float(phases[0]), float(phases[1]))
        return wave, float(rng.normal(0, 0.8))

    def _cover(self, pictures: NDArray[np.uint8], labels: NDArray[Any], label: int, rng: Rng) -> None:
        """Something passes before the object on some of the later frames, hiding part or all of it; in place."""
        start, stop = absence(rng, self._frames)
        extent = max(cv2.boundingRect((labels[0] == label).astype(np.uint8))[2:])
        cutout = self._cutout(rng, float(np.clip(extent * rng.uniform(0.9, 2.2), 16, 1.2 * self._side)))
        if cutout is None:
            return
        drift = rng.normal(0, 0.12, 2) * extent
        for t in range(start, stop):
            x, y, width, height = cv2.boundingRect((labels[t] == label).astype(np.uint8))
            if not width:
                continue
            middle = np.array([x + width / 2, y + height / 2]) + drift * (t - (start + stop - 1) / 2)
            # The occluder is no object of its own: whatever it hides is gone.
            paste(pictures[t], labels[t], cutout, place(cutout, float(middle[0]), float(middle[1])), 0)

    def _film(self, pictures: NDArray[np.uint8], rng: Rng) -> None:
        """One light for the whole clip, a little flicker, at times a streak or a poor camera; in place."""
        look = random_look(rng)
        shaken = rng.random() < 0.15
        flaw = FLAWS[int(rng.integers(len(FLAWS)))] if rng.random() < 0.15 else None
        for t in range(len(pictures)):
            picture = relight(relight(pictures[t], look), random_look(rng, 0.1))
            if shaken and rng.random() < 0.6:
                picture = streak(picture, *(float(v) for v in rng.normal(0, 0.015 * self._side, 2)))
            pictures[t] = picture if flaw is None else degrade(picture, rng, flaw)


def _flowing(wave: Wave | None, phase: float) -> Wave | None:
    if wave is None:
        return None
    return Wave(wave.amplitude, wave.waves, wave.size, wave.phase_x + phase, wave.phase_y + phase)
