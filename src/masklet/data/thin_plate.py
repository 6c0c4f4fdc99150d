"""Thin-plate splines: the smoothest bend of a plane that moves some of its points as told (Bookstein, 1989)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThinPlate:
    """A bend: where a thing is bent, point p shows what lies at p + displacement(p) of the thing at rest.

    knots: K,2 (x, y) in pixels of the thing. weights: K+3,2 of the kernels and of 1, x, y. unit: pixels that the
    kernels take for 1. amplitude: no point on the thing or a quarter of its size beside it moves further, in pixels.
    """

    knots: Floats
    weights: Floats
    unit: float
    amplitude: float

    def displacement(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[Floats, Floats]:
        """The displacement in pixels at points x, y (arrays of one shape), in that shape."""
        moved = _terms(np.stack([np.ravel(x), np.ravel(y)], 1) / self.unit, self.knots / self.unit) @ self.weights
        return moved[:, 0].reshape(np.shape(x)), moved[:, 1].reshape(np.shape(x))


class Plate:
    """A sheet of height x width pixels with 3x3 knots over it, ready to be bent many times."""

    def __init__(self, height: int, width: int) -> None:
        self._unit = float(max(height, width))
        down, across = np.meshgrid(np.linspace(0, height, 3), np.linspace(0, width, 3), indexing="ij")
        self.knots: Floats = np.stack([across.ravel(), down.ravel()], 1)
        count = len(self.knots)
        terms = _terms(self.knots / self._unit, self.knots / self._unit)
        system = np.zeros((count + 3, count + 3))
        system[:count], system[count:, :count] = terms, terms[:, count:].T
        self._solver: Floats = np.asarray(np.linalg.inv(system)[:, :count], np.float64)
        margin = np.array([width, height]) / 4
        edges = [np.linspace(-m, extent + m, 9) for m, extent in zip(margin, (width, height), strict=True)]
        self._probe = np.meshgrid(*edges)

    def bend(self, shifts: NDArray[Any]) -> ThinPlate:
        """The bend that moves the knots by `shifts` (9,2 in pixels, row by row from the upper left)."""
        plate = ThinPlate(self.knots, self._solver @ shifts, self._unit, 0.0)
        dx, dy = plate.displacement(*self._probe)
        # Between the points that are looked at it may go a little further.
        most = 1.25 * float(max(np.abs(dx).max(), np.abs(dy).max(), np.abs(shifts).max()))
        return ThinPlate(plate.knots, plate.weights, plate.unit, most)


def _terms(points: Floats, knots: Floats) -> Floats:
    """N,K+3: the kernel r² log r² of every knot, then 1, x, y."""
    squared = ((points[:, None] - knots[None]) ** 2).sum(2)
    kernels = squared * np.log(np.maximum(squared, 1e-12))
    return np.concatenate([kernels, np.ones((len(points), 1)), points], 1)
