"""Ways through long clips: smooth at any length, inside the picture but for what is asked of them.

Places are (x, y) in pixels, a picture's size is (height, width), times are frames.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from masklet.data.augment import Matrix, Rng, placement
from masklet.data.motion import Path

Floats = NDArray[np.float64]
Size = tuple[int, int]

RAMP = 8
"""Frames that something takes to leave the picture, or to come to cover something."""


Area = tuple[float, float]
"""Between which shares of the picture's width something stays."""
INNER: Area = (0.2, 0.8)


def stroll(
    rng: Rng, frames: int, size: Size, speed: float, *, turning: float, swelling: float, area: Area = INNER
) -> Path:
    """From place to place in the inner part of the picture. speed: pixels per frame; turning: degrees to either side;
    swelling: largest by smallest size. A longer clip begins as a shorter one does."""
    height, width = size
    degrees = rng.normal(0, 5) + turning * sway(rng, frames, 60)
    scale = np.exp(0.5 * math.log(swelling) * sway(rng, frames, 90))
    places, times = [_place(rng, size, area)], [0.0]
    # One place more than is reached: the curve towards a place depends on the one behind it.
    while len(times) < 3 or times[-2] < frames - 1:
        after = _place(rng, size, area)
        # A standstill would never end; and nothing is gained by a stop on every frame.
        lasts = max(4.0, math.dist(after, places[-1]) / max(speed, 1e-3 * min(height, width)))
        places.append(after)
        times.append(times[-1] + lasts)
    x, y = PchipInterpolator(times, np.array(places))(np.arange(frames)).T
    return Path(x, y, scale, degrees)


def mill(rng: Rng, frames: int, size: Size, speed: float, number: int, count: int, turning: float) -> Path:
    """The way of one of `count` who go to and fro and cross each other: figures of Lissajous, shifted in time."""
    height, width = size
    reach = 0.34 * width, 0.3 * height
    pace = speed / (2 * reach[0])  # of the slower swing, in radians per frame
    phase = 2 * math.pi * number / count + rng.uniform(-0.2, 0.2)
    steps = np.arange(frames)
    x = width / 2 + reach[0] * np.sin(2 * pace * steps + phase)
    y = height / 2 + reach[1] * np.sin(3 * pace * steps + 2 * phase + rng.uniform(-0.2, 0.2))
    return Path(x, y, np.ones(frames), rng.normal(0, 5) + turning * sway(rng, frames, 60))


def sway(rng: Rng, frames: int, period: float) -> Floats:
    """Numbers between -1 and 1 that change smoothly, over about `period` frames."""
    steps = np.arange(frames)[None]
    waves = rng.uniform(0.6, 1.6, 3)[:, None] / period
    turns = 2 * math.pi * (waves * steps + rng.uniform(0, 1, 3)[:, None])
    return np.asarray(np.sin(turns).mean(0))


def away(rng: Rng, path: Path, gone: tuple[int, int], size: Size, reach: float) -> Path:
    """The path with a time [from, to) outside the picture, left and come back to within RAMP frames each.

    reach: how far from its middle the thing extends at most, and how far the camera may look beyond the picture.
    """
    share = _ramps(len(path), gone)
    middle = (gone[0] + gone[1]) // 2
    leaves = _outside(path, gone[0], size, reach)
    returns = leaves if rng.random() < 0.5 else _outside(path, min(gone[1], len(path) - 1), size, reach)
    first = np.arange(len(path)) < middle
    x = np.where(first, leaves[0], returns[0])
    y = np.where(first, leaves[1], returns[1])
    return replace(path, x=path.x + share * (x - path.x), y=path.y + share * (y - path.y))


def before(path: Path, covered: tuple[int, int], size: Size, reach: float) -> Path:
    """The way of a cover: outside, then over the path's thing during [from, to), then outside again."""
    share = _ramps(len(path), (max(0, covered[0] - 1), covered[1] + 1))
    side = -reach if path.x[covered[0]] > size[1] / 2 else size[1] + reach
    x = side + share * (path.x - side)
    still = np.zeros(len(path))
    return Path(x, path.y, still + 1, still)


def cameras(rng: Rng, frames: int, size: Size, pan: float, shake: float) -> Floats:
    """For each frame x and y of the shift in pixels, zoom, and roll in degrees. pan, shake: in pixels."""
    height, width = size
    share = pan / min(height, width)
    slow = [sway(rng, frames, period) for period in (70, 70, 110, 90)]
    hand = rng.normal(0, shake, (2, frames)) if shake else np.zeros((2, frames))
    return np.stack(
        [pan * slow[0] + hand[0], pan * slow[1] + hand[1], np.exp(share * slow[2]), 10 * share * slow[3]], 1
    )


def camera_matrix(state: Floats, size: Size) -> Matrix:
    """From the stage, which is as large as the picture, to the picture."""
    height, width = size
    x, y, zoom, roll = (float(v) for v in state)
    return placement((width / 2, height / 2), (width / 2 + x, height / 2 + y), (zoom, zoom), roll)


def area_of(number: int, count: int) -> Area:
    """The part of the picture's width that the number-th of `count` has for itself, from 1; the gaps are as wide."""
    width = (INNER[1] - INNER[0]) / (2 * count - 1)
    start = INNER[0] + 2 * (number - 1) * width
    return start, start + width


def _place(rng: Rng, size: Size, area: Area) -> tuple[float, float]:
    return float(rng.uniform(*area)) * size[1], float(rng.uniform(*INNER)) * size[0]


def _ramps(frames: int, time: tuple[int, int]) -> Floats:
    """0, rising to 1 during [from, to) and falling again, smoothly; 0 on the first frame in any case."""
    steps = np.arange(frames)
    before = max(1, min(RAMP, time[0]))
    rise = np.clip((steps - time[0] + before) / before, 0, 1)
    fall = np.clip((time[1] - 1 + RAMP - steps) / RAMP, 0, 1)
    share = np.minimum(rise, fall)
    return np.asarray(share * share * (3 - 2 * share))


def _outside(path: Path, at: int, size: Size, reach: float) -> tuple[float, float]:
    """The nearest place outside the picture."""
    height, width = size
    x, y = float(path.x[at]), float(path.y[at])
    exits = [(x, (-reach, y)), (width - x, (width + reach, y)), (y, (x, -reach)), (height - y, (x, height + reach))]
    return min(exits)[1]
