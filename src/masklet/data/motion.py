"""Paths of cameras and of pasted objects through a clip; one matrix per frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import Matrix, Rng, placement


@dataclass(frozen=True, eq=False)
class Path:
    """Where a thing is on each of T frames: x, y of its centre in out pixels, its scale, its turn in degrees.

    Each an array of T.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    scale: NDArray[np.float64]
    degrees: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.x)


def camera(rng: Rng, frames: int, source: int, side: int, *, speed: float = 1.0, least: float = 0.45) -> list[Matrix]:
    """A camera that pans, zooms and rolls over a source picture, and at times only trembles.

    The view always lies in the picture but for the corners of a roll. least: the smallest part of the picture's
    side that is seen. speed scales the movement. Gives a 2x3 matrix per frame, source to out.
    """
    if rng.random() < 0.3:
        speed *= 0.1
    steps = np.arange(frames)
    view = source * rng.uniform(least, 1) * np.exp(np.cumsum(rng.normal(rng.normal(0, 0.04), 0.01, frames)) * speed)
    view = np.clip(view, source * least * 0.8, source)
    stretch = math.exp(rng.uniform(-0.11, 0.11))
    way, heading = abs(rng.normal(0, 0.07)) * speed * view[0], rng.uniform(0, 2 * math.pi)
    bend = rng.normal(0, 0.25)
    start = rng.uniform(0.5 * view[0], source - 0.5 * view[0], 2)
    tremble = rng.normal(0, 0.006 * min(1.0, speed + 0.3), (2, frames)) * view
    x = start[0] + np.cumsum(way * np.cos(heading + bend * steps) * (steps > 0)) + tremble[0]
    y = start[1] + np.cumsum(way * np.sin(heading + bend * steps) * (steps > 0)) + tremble[1]
    degrees = rng.normal(0, 4) + np.cumsum(rng.normal(rng.normal(0, 2), 0.5, frames)) * speed
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    matrices = []
    for t in range(frames):
        width, height = min(source, view[t] * stretch), min(source, view[t] / stretch)
        centre = (
            float(np.clip(x[t], width / 2, source - width / 2)),
            float(np.clip(y[t], height / 2, source - height / 2)),
        )
        scale = (mirror * side / width, side / height)
        matrices.append(placement(centre, (side / 2, side / 2), scale, float(degrees[t])))
    return matrices


def wander(rng: Rng, frames: int, side: int) -> Path:
    """A smooth way across the out picture, starting inside it; one in two turns back at the border."""
    steps = np.arange(frames)
    speed, heading, bend = abs(rng.normal(0, 0.08)) * side, rng.uniform(0, 2 * math.pi), rng.normal(0, 0.3)
    start = rng.uniform(0.12, 0.88, 2) * side
    bob = rng.uniform(0, 0.03) * side * np.sin(rng.uniform(0.5, 2.5) * steps + rng.uniform(0, 6))
    x = start[0] + np.cumsum(speed * np.cos(heading + bend * steps) * (steps > 0))
    y = start[1] + np.cumsum(speed * np.sin(heading + bend * steps) * (steps > 0)) + bob
    if rng.random() < 0.5:
        x, y = _reflected(x, side), _reflected(y, side)
    scale = np.exp(np.cumsum(rng.normal(rng.normal(0, 0.05), 0.02, frames)))
    degrees = rng.normal(0, 8) + np.cumsum(rng.normal(rng.normal(0, 4), 1.5, frames))
    return Path(x, y, np.clip(scale, 0.4, 2.5), degrees)


def absence(rng: Rng, frames: int) -> tuple[int, int]:
    """The frames [from, to) during which something is away: never the first; two in five never come back."""
    start = int(rng.integers(1, frames))
    stop = frames if rng.random() < 0.4 else int(rng.integers(start + 1, frames + 1))
    return start, stop


def leaving(rng: Rng, path: Path, away: tuple[int, int], side: int, size: float) -> Path:
    """The path with a time outside the picture, to the nearest side; it returns where it would be, or elsewhere.

    size: the greatest extent of the thing in out pixels, which must be wholly outside.
    """
    start, stop = away
    x, y = path.x.copy(), path.y.copy()
    at = max(0, start - 1)
    out = side + size * float(path.scale.max())
    gaps = {"left": x[at], "right": side - x[at], "top": y[at], "bottom": side - y[at]}
    nearest = min(gaps, key=lambda edge: float(gaps[edge]))
    (x if nearest in ("left", "right") else y)[start:stop] = out if nearest in ("right", "bottom") else side - out
    if stop < len(path) and rng.random() < 0.5:
        dx, dy = rng.uniform(0.15, 0.85, 2) * side - (x[stop], y[stop])
        x[stop:] += dx
        y[stop:] += dy
    return replace(path, x=x, y=y)


def _reflected(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Values folded back into 5 … 95 % of the side."""
    low, span = 0.05 * side, 0.9 * side
    folded = np.mod(values - low, 2 * span)
    return low + np.where(folded > span, 2 * span - folded, folded)
