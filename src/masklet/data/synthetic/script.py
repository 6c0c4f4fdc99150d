"""What happens in a clip, before anything is drawn: who moves where, what covers whom, when the film is cut."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np

from masklet.data.augment import Matrix, Rng, placement, random_look, relight
from masklet.data.compose import Cutout, place
from masklet.data.motion import Path
from masklet.data.synthetic import paths
from masklet.data.synthetic.conditions import Conditions, Preset
from masklet.data.synthetic.materials import Materials
from masklet.data.synthetic.paths import Floats, Size
from masklet.data.synthetic.seeds import Space, stream
from masklet.data.thin_plate import Plate, ThinPlate

Clip = tuple[Space, int, int]
"""Space, seed, and the clip's number."""

ROOM = 1.3
"""Backgrounds are so much larger than the picture, for the camera to look about."""


@dataclass(frozen=True, eq=False)
class Bend:
    """A thing that bends and bends back: each of its 9 knots swings. swings: 9,2 in its pixels; pace: per frame."""

    plate: Plate
    swings: Floats
    phases: Floats
    pace: float

    def at(self, t: int) -> ThinPlate:
        """The bend of frame t."""
        return self.plate.bend(self.swings * np.sin(self.phases + self.pace * t))


@dataclass(frozen=True, eq=False)
class Actor:
    """A thing on its way over the stage. label: its number, 0 for those that nobody follows."""

    cutout: Cutout
    path: Path
    label: int
    bend: Bend | None = None

    def matrix(self, t: int, camera: Matrix) -> Matrix:
        """2x3, from the cutout's pixels to the frame's."""
        path = self.path
        onto = place(self.cutout, float(path.x[t]), float(path.y[t]), float(path.scale[t]), float(path.degrees[t]))
        return after(camera, onto)

    def centre(self, matrix: Matrix) -> tuple[float, float]:
        """(x, y) of its middle in the frame, pixel centres at + 0.5."""
        x, y = matrix @ np.array([self.cutout.centre[0] - 0.5, self.cutout.centre[1] - 0.5, 1.0]) + 0.5
        return float(x), float(y)

    def shift(self, t: int, camera: Matrix, before: Matrix) -> tuple[float, float]:
        """(x, y) by which its middle moves from frame t - 1, filmed with the camera `before`, to frame t."""
        now, then = self.centre(self.matrix(t, camera)), self.centre(self.matrix(t - 1, before))
        return now[0] - then[0], now[1] - then[1]

    def warp(self, t: int) -> ThinPlate | None:
        """How it is bent on frame t."""
        return None if self.bend is None else self.bend.at(t)


@dataclass(frozen=True, eq=False)
class Shot:
    """Frames start … stop - 1, filmed at one place. view: 2x3, from the background's pixels to the stage's."""

    start: int
    stop: int
    place: int
    view: Matrix


@dataclass(frozen=True, eq=False)
class Script:
    """A clip before it is drawn. actors: from back to front. cameras: T,4, see paths.cameras."""

    conditions: Conditions
    size: Size
    shots: tuple[Shot, ...]
    cameras: Floats
    actors: tuple[Actor, ...]

    def shot(self, t: int) -> Shot:
        """The one that frame t is of."""
        return self.shots[bisect_right([shot.start for shot in self.shots], t) - 1]

    def camera(self, t: int) -> Matrix:
        """2x3, from the stage to frame t."""
        return paths.camera_matrix(self.cameras[t], self.size)


def after(second: Matrix, first: Matrix) -> Matrix:
    """The 2x3 matrix of one map after another."""
    return np.asarray(second @ np.vstack([first, [0.0, 0.0, 1.0]]))


def write_script(preset: Preset, materials: Materials, clip: Clip, frames: int, size: Size) -> Script:
    """The clip's script. Every part has chance of its own, so that of two presets that differ in one thing all else
    is the same in the clips of the same number."""
    conditions = preset.draw(stream(*clip, "conditions"))
    short = min(size)
    shots = _cut(conditions, clip, frames, size)
    followed = [_follow(conditions, materials, clip, k, shots, size) for k in range(1, conditions.objects + 1)]
    outside = _times(stream(*clip, "schedule", 2), frames, conditions.outside)
    hidden = _times(stream(*clip, "schedule", 3), frames, conditions.hidden)
    if outside:
        followed[0] = _leaving(clip, followed[0], outside, conditions, size)
    covers = _cover(materials, clip, followed[-1], hidden, conditions, size) if hidden else ()
    passers = tuple(_passer(conditions, materials, clip, k, frames, size) for k in range(conditions.passers))
    order = stream(*clip, "schedule", 4).permutation(len(followed) + len(passers))
    moving = (*followed, *passers)
    cameras = paths.cameras(stream(*clip, "camera"), frames, size, conditions.camera * short, conditions.shake * short)
    return Script(conditions, size, shots, cameras, (*(moving[k] for k in order), *covers))


def _cut(conditions: Conditions, clip: Clip, frames: int, size: Size) -> tuple[Shot, ...]:
    """The first of two cuts shows the same place otherwise, the second another place, and so on in turn."""
    rng = stream(*clip, "schedule", 1)
    parts = min(conditions.cuts, frames - 1) + 1
    starts = [0] + [round(frames * (k + rng.uniform(-0.15, 0.15)) / parts) for k in range(1, parts)]
    starts = sorted({min(max(start, 0), frames - 1) for start in starts})
    shots: list[Shot] = []
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], frames], strict=True)):
        same_place = number % 2 == 1
        where = shots[-1].place if same_place else number
        zoom = rng.uniform(1.15, 1.6) if same_place else 1.0
        mirror = -1.0 if same_place and rng.random() < 0.5 else 1.0
        height, width = (side * ROOM for side in size)
        middle = (size[1] / 2, size[0] / 2)
        shots.append(Shot(start, stop, where, placement((width / 2, height / 2), middle, (mirror * zoom, zoom))))
    return tuple(shots)


def _follow(
    conditions: Conditions, materials: Materials, clip: Clip, number: int, shots: tuple[Shot, ...], size: Size
) -> Actor:
    """An object with a label, which stands elsewhere after each cut."""
    cutout = _thing(conditions, materials, clip, number, size)
    rng = stream(*clip, "path", number)
    parts = []
    for shot in shots:
        frames, speed = shot.stop - shot.start, conditions.speed * min(size)
        if conditions.alike:
            parts.append(paths.mill(rng, frames, size, speed, number, conditions.objects, conditions.turning))
        else:
            area = paths.area_of(number, conditions.objects) if conditions.apart else paths.INNER
            turning, swelling = conditions.turning, conditions.swelling
            parts.append(paths.stroll(rng, frames, size, speed, turning=turning, swelling=swelling, area=area))
    path = Path(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "y", "scale", "degrees")))
    return Actor(cutout, path, number, _bend(stream(*clip, "path", 5000 + number), cutout, conditions.bending))


def _thing(conditions: Conditions, materials: Materials, clip: Clip, number: int, size: Size) -> Cutout:
    """What an object looks like: of look-alikes the same, but for a little light."""
    rng = stream(*clip, "thing", 1 if conditions.alike else number)
    least, most = conditions.size
    longest = max(6.0, min(size) * least * (most / least) ** rng.random())
    cutout = materials.thing(rng, longest, conditions.look)
    if not conditions.alike:
        return cutout
    return replace(cutout, pixels=relight(cutout.pixels, random_look(stream(*clip, "thing", 1000 + number), 0.1)))


def _bend(rng: Rng, cutout: Cutout, bending: float) -> Bend | None:
    swings, phases, pace = rng.normal(0, 1, (9, 2)), rng.uniform(0, 2 * math.pi, (9, 2)), rng.uniform(0.1, 0.35)
    if not bending:
        return None
    height, width = cutout.cover.shape
    return Bend(Plate(height, width), swings * bending * max(height, width), phases, pace)


def _leaving(clip: Clip, actor: Actor, times: list[tuple[int, int]], conditions: Conditions, size: Size) -> Actor:
    rng = stream(*clip, "path", 2000)
    extent = (0.5 + conditions.bending) * actor.cutout.size * float(actor.path.scale.max())
    path = actor.path
    for time in times:
        path = paths.away(rng, path, time, size, extent + _slack(conditions, size))
    return replace(actor, path=path)


def _cover(
    materials: Materials, clip: Clip, actor: Actor, times: list[tuple[int, int]], conditions: Conditions, size: Size
) -> tuple[Actor, ...]:
    """A panel for each time during which the actor is wholly covered."""
    covers = []
    for number, time in enumerate(times):
        span = slice(max(0, time[0] - 2), time[1] + 2)
        side = (1.0 + 4 * conditions.bending) * actor.cutout.size * float(actor.path.scale[span].max()) + 6
        panel = materials.panel(stream(*clip, "thing", 3000 + number), math.ceil(side))
        path = paths.before(actor.path, time, size, panel.size / 2 + _slack(conditions, size))
        covers.append(Actor(panel, path, 0))
    return tuple(covers)


def _passer(conditions: Conditions, materials: Materials, clip: Clip, number: int, frames: int, size: Size) -> Actor:
    rng = stream(*clip, "thing", 4000 + number)
    cutout = materials.thing(rng, min(size) * rng.uniform(0.15, 0.45), "any")
    speed = conditions.speed * min(size) * rng.uniform(0.5, 2)
    path = paths.stroll(stream(*clip, "path", 4000 + number), frames, size, speed, turning=10.0, swelling=1.1)
    return Actor(cutout, path, 0)


def _slack(conditions: Conditions, size: Size) -> float:
    """How far the camera may look beyond the picture's border, in pixels."""
    short, long = min(size), max(size)
    # The zoom grows with the pan, and a hand rarely shakes by more than four deviations.
    return short * (1.5 * conditions.camera + 4 * conditions.shake) + 0.75 * long * math.expm1(conditions.camera) + 4


def _times(rng: Rng, frames: int, lasts: tuple[int, int] | None) -> list[tuple[int, int]]:
    """Times [from, to) of such lengths, with as long again and 50 frames more between them; in a short clip one that
    fits, in a very short one none. The clip neither begins nor ends in one."""
    drawn = rng.random(2)
    if lasts is None:
        return []
    lead = max(1, min(2 * paths.RAMP, frames // 4))
    times: list[tuple[int, int]] = []
    start = lead + round(float(drawn[0]) * lead)
    while True:
        length = lasts[0] + round(float(drawn[1]) * (lasts[1] - lasts[0]))
        if not times:
            length = min(length, frames - start - lead)
        if length < 1 or start + length + lead > frames:
            return times
        times.append((start, start + length))
        start += 2 * length + 50 + int(rng.integers(0, 20))
        drawn = rng.random(2)
