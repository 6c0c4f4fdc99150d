"""Objects cut out of one picture and pasted into another, with soft edges and true labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import (
    Matrix,
    Picture,
    Region,
    Rng,
    Wave,
    placement,
    random_look,
    relight,
    sampling_maps,
)


@dataclass(frozen=True, eq=False)
class Cutout:
    """An object on its own: pixels h,w,3 uint8, cover h,w uint8 (0 or 255), both with an empty margin of 2."""

    pixels: Picture
    cover: NDArray[np.uint8]

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the rectangle."""
        return self.cover.shape[1] / 2, self.cover.shape[0] / 2

    @property
    def size(self) -> float:
        """The rectangle's diagonal: no turn makes it wider."""
        return math.hypot(*self.cover.shape)


def areas(labels: NDArray[np.uint16] | NDArray[np.uint8]) -> NDArray[np.intp]:
    """The number of pixels of every label: areas(labels)[k]."""
    return np.bincount(labels.ravel())


def cut_out(
    pixels: Picture, labels: NDArray[Any], rng: Rng, longest: float, smallest: int = 250, largest: float = 0.4
) -> Cutout | None:
    """One object of a picture, its longer side scaled to `longest` pixels, in a light of its own.

    Only objects of `smallest` pixels up to `largest` of the picture count, each as likely; None if there is none.
    """
    sizes = areas(labels)
    fit = np.flatnonzero((sizes >= smallest) & (sizes <= largest * labels.size))
    fit = fit[fit > 0]
    if not len(fit):
        return None
    mask = (labels == fit[rng.integers(len(fit))]).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    scale = longest / max(width, height)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = cv2.resize(pixels[y : y + height, x : x + width], size, interpolation=how)
    cover = cv2.resize(mask[y : y + height, x : x + width] * np.uint8(255), size, interpolation=how)
    cover = cv2.threshold(cover, 127, 255, cv2.THRESH_BINARY)[1]
    if rng.random() < 0.5:
        part, cover = cv2.flip(part, 1), cv2.flip(cover, 1)
    part = relight(np.asarray(part, np.uint8), random_look(rng, 0.7))
    return Cutout(
        np.asarray(cv2.copyMakeBorder(part, 2, 2, 2, 2, cv2.BORDER_REPLICATE), np.uint8),
        np.asarray(cv2.copyMakeBorder(cover, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0), np.uint8),
    )


def place(cutout: Cutout, x: float, y: float, scale: float = 1.0, degrees: float = 0.0) -> Matrix:
    """The matrix that puts the cutout's middle at (x, y) of the out picture."""
    return placement(cutout.centre, (x, y), (scale, scale), degrees)


def paste(
    pixels: Picture, labels: NDArray[Any], cutout: Cutout, matrix: Matrix, label: int, wave: Wave | None = None
) -> None:
    """Lays the cutout over the picture and writes `label` where it covers more than half of a pixel, in place."""
    region = _reach(cutout, matrix, labels.shape, 0 if wave is None else wave.amplitude)
    if region is None:
        return
    maps = sampling_maps(matrix, region, wave)
    cover = cv2.remap(cutout.cover, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    part = cv2.remap(cutout.pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    window = np.s_[region.y : region.y + region.height, region.x : region.x + region.width]
    soft = cv2.blur(cover, (3, 3)).astype(np.float32) * np.float32(1 / 255)
    pixels[window] = cv2.blendLinear(part, np.ascontiguousarray(pixels[window]), soft, 1 - soft)
    labels[window][cover > 127] = label


def _reach(cutout: Cutout, matrix: Matrix, shape: tuple[int, ...], slack: float) -> Region | None:
    """The part of the out picture that the cutout may touch; None when it is all outside."""
    height, width = cutout.cover.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    slack = 2 + slack * float(np.abs(matrix[:, :2]).sum(1).max())
    low, high = corners.min(0) - slack, corners.max(0) + slack
    x0, y0 = (max(0, math.floor(v)) for v in low)
    x1, y1 = min(shape[1], math.ceil(high[0])), min(shape[0], math.ceil(high[1]))
    return Region(x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None
