"""A synthetic clip: a function of its seed, drawn frame by frame, with the whole truth of every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import Matrix, Picture, Region
from masklet.data.compose import Rendered, inside, reach, render
from masklet.data.synthetic.conditions import Preset
from masklet.data.synthetic.film import Film, blurred, lay
from masklet.data.synthetic.materials import Materials
from masklet.data.synthetic.paths import Size
from masklet.data.synthetic.script import ROOM, Actor, Script, Shot, after, write_script
from masklet.data.synthetic.seeds import Space, check_seed, stream
from masklet.errors import InputError
from masklet.values import Mask

LEAST_SIDE, MOST_SIDE = 32, 8192


@dataclass(frozen=True, eq=False)
class ObjectTruth:
    """One object on one frame, whether it is seen or not.

    visible: which part of it is seen, 0 to 1: the pixels of its mask by all that it would have if nothing covered it
    and the picture had no border. in_frame: which part lies in the picture, covered or not.
    matrix: 2x3, from the object's own pixels to the frame's (bending left out); centre: (x, y) of its middle in the
    frame. shift: (x, y) by which the centre moved since the frame before; None on the first frame and after a cut.
    """

    visible: float
    in_frame: float
    matrix: Matrix = field(repr=False)
    centre: tuple[float, float]
    shift: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class SyntheticFrame:
    """picture: HxWx3 uint8 RGB. labels: HxW uint8, 0 for no object, k for object k. objects: by their numbers."""

    index: int
    picture: Picture = field(repr=False)
    labels: NDArray[np.uint8] = field(repr=False)
    objects: dict[int, ObjectTruth] = field(repr=False)

    def mask(self, number: int) -> Mask:
        """HxW bool."""
        return self.labels == number


class SyntheticClip:
    """Frames are drawn when they are asked for, in any order, and always the same.

    Memory does not grow with the length but for about a hundred bytes per frame and thing.
    """

    def __init__(
        self,
        preset: Preset,
        materials: Materials,
        seed: int,
        index: int = 0,
        *,
        space: Space = "training",
        frames: int = 60,
        size: Size = (448, 448),
    ) -> None:
        """index: the number of the clip among those of the seed. space: clips of one never occur in the other.
        size: (height, width). Raises InputError for numbers that no clip can have."""
        check_seed(seed)
        check_seed(index)
        if frames < 1:
            raise InputError(f"a clip has at least 1 frame, not {frames}")
        check_size(size)
        self.preset, self.size, self.frames = preset, size, frames
        self._materials, self._clip = materials, (space, seed, index)
        self.script: Script = write_script(preset, materials, self._clip, frames, size)
        self._film = Film(self.script.conditions, self._clip, frames, size)
        self._place: tuple[int, Picture] | None = None
        self._view: tuple[tuple[int, bytes], Picture] | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The objects' numbers, from 1."""
        return tuple(sorted(actor.label for actor in self.script.actors if actor.label))

    @property
    def alike(self) -> tuple[int, ...]:
        """The numbers of those that look alike."""
        return self.numbers if self.script.conditions.alike and len(self.numbers) > 1 else ()

    @property
    def cuts(self) -> tuple[int, ...]:
        """The first frame after each cut."""
        return tuple(shot.start for shot in self.script.shots[1:])

    @property
    def switched(self) -> int | None:
        """The first frame after the light went off or on, if it does."""
        return self._film.switched

    def length(self, number: int, frame: SyntheticFrame) -> float:
        """The longer side of an object on a frame, in pixels, whether it is seen or not."""
        cover = self._actor(number).cutout.cover
        return max(cover.shape) * float(np.hypot(*frame.objects[number].matrix[:, 0]))

    def __len__(self) -> int:
        return self.frames

    def __iter__(self) -> Iterator[SyntheticFrame]:
        return (self.draw(t) for t in range(self.frames))

    def draw(self, t: int) -> SyntheticFrame:
        """Frame t, from 0. Raises IndexError for one that the clip has not."""
        if not 0 <= t < self.frames:
            raise IndexError(f"frame {t} of a clip of {self.frames}")
        camera, before = self._cameras(t)
        picture = self._background(self.script.shot(t), camera, before)
        labels = np.zeros(self.size, np.uint8)
        areas: dict[int, tuple[Actor, int, int]] = {}
        for actor in self.script.actors:
            counts = self._lay(picture, labels, actor, t)
            if actor.label:
                areas[actor.label] = (actor, *counts)
        seen = np.bincount(labels.ravel(), minlength=256)
        truths = {
            label: self._truth(actor, t, camera, before, (int(seen[label]), within, whole))
            for label, (actor, within, whole) in sorted(areas.items())
        }
        return SyntheticFrame(t, self._film.expose(picture, t), labels, truths)

    def alone(self, number: int, t: int) -> Mask:
        """HxW bool: where object `number` would be seen on frame t if nothing covered it."""
        picture, labels = np.zeros((*self.size, 3), np.uint8), np.zeros(self.size, np.uint8)
        self._lay(picture, labels, self._actor(number), t)
        return labels == number

    def _cameras(self, t: int) -> tuple[Matrix, Matrix | None]:
        """Of frame t and the one before; None on the first frame and after a cut."""
        return self.script.camera(t), self.script.camera(t - 1) if t > self.script.shot(t).start else None

    def _actor(self, number: int) -> Actor:
        return next(actor for actor in self.script.actors if actor.label == number)

    def _lay(self, picture: Picture, labels: NDArray[np.uint8], actor: Actor, t: int) -> tuple[int, int]:
        """Draws one thing; gives the number of its pixels within the picture, and in all."""
        camera, before = self._cameras(t)
        matrix, warp = actor.matrix(t, camera), actor.warp(t)
        move = (0.0, 0.0) if before is None else actor.shift(t, camera, before)
        shutter = self.script.conditions.shutter
        streak = shutter * move[0], shutter * move[1]
        margin = min(13.0, max(abs(streak[0]), abs(streak[1])))
        region = reach(actor.cutout, matrix, 0.0 if warp is None else warp.amplitude, margin)
        part = inside(region, self.size)
        if part is None:
            return 0, 1
        # All of it is rendered, also what lies beyond the border, so that the whole can be counted.
        rendered = render(actor.cutout, matrix, region, warp)
        solid = rendered.cover > 127
        window = _window(part)
        local = _window(Region(part.x - region.x, part.y - region.y, part.width, part.height))
        drawn = solid[local]
        lay(picture[window], Rendered(part, rendered.pixels[local], rendered.cover[local]), streak)
        labels[window][drawn] = actor.label
        return int(drawn.sum()), max(1, int(solid.sum()))

    def _truth(
        self, actor: Actor, t: int, camera: Matrix, before: Matrix | None, counts: tuple[int, int, int]
    ) -> ObjectTruth:
        seen, within, whole = counts
        matrix = actor.matrix(t, camera)
        shift = None if before is None else actor.shift(t, camera, before)
        return ObjectTruth(seen / whole, within / whole, matrix, actor.centre(matrix), shift)

    def _background(self, shot: Shot, camera: Matrix, before: Matrix | None) -> Picture:
        """The shot's place as the camera sees it; a camera that stands still sees the same again."""
        if self._place is None or self._place[0] != shot.place:
            height, width = (round(side * ROOM) for side in self.size)
            rng = stream(*self._clip, "background", shot.place)
            self._place = (shot.place, self._materials.background(rng, (height, width)))
        onto = after(camera, shot.view)
        if self._view is None or self._view[0] != (shot.start, onto.tobytes()):
            height, width = self.size
            seen = cv2.warpAffine(
                self._place[1], onto, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
            )
            self._view = ((shot.start, onto.tobytes()), np.asarray(seen, np.uint8))
        if before is None:
            return self._view[1].copy()
        middle = np.array([self.size[1] / 2, self.size[0] / 2, 1.0])
        dx, dy = self.script.conditions.shutter * (camera @ middle - before @ middle)
        return blurred(self._view[1], float(dx), float(dy))


def check_size(size: Size) -> None:
    """Raise InputError for a (height, width) that no clip can have."""
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in size):
        said = f"not {size[1]}x{size[0]} (width x height)"
        raise InputError(f"a clip's sides are {LEAST_SIDE} to {MOST_SIDE} pixels, {said}")


def _window(region: Region) -> tuple[slice, slice]:
    return slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
