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
    Warp,
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
    pixels: Picture,
    labels: NDArray[Any],
    rng: Rng,
    longest: float,
    smallest: int = 250,
    largest: float = 0.4,
    *,
    whole: bool = False,
) -> Cutout | None:
    """One object of a picture, its longer side scaled to `longest` pixels, in a light of its own.

    Only objects of `smallest` pixels up to `largest` of the picture count, each as likely; None if there is none.
    whole: none that the picture's border cuts off.
    """
    sizes = areas(labels)
    fit = np.flatnonzero((sizes >= smallest) & (sizes <= largest * labels.size))
    fit = fit[fit > 0]
    if whole:
        fit = np.setdiff1d(fit, np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
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


@dataclass(frozen=True, eq=False)
class Rendered:
    """A cutout as it lies on the out picture's grid. region: may reach beyond the picture. pixels: h,w,3 uint8;
    cover: h,w uint8, 0 to 255."""

    region: Region
    pixels: Picture
    cover: NDArray[np.uint8]


def render(cutout: Cutout, matrix: Matrix, region: Region, warp: Warp | None = None) -> Rendered:
    """The cutout on a region of the out picture."""
    maps = sampling_maps(matrix, region, warp)
    cover = cv2.remap(cutout.cover, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    part = cv2.remap(cutout.pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Rendered(region, np.asarray(part, np.uint8), np.asarray(cover, np.uint8))


def paste(
    pixels: Picture, labels: NDArray[Any], cutout: Cutout, matrix: Matrix, label: int, wave: Warp | None = None
) -> None:
    """Lays the cutout over the picture and writes `label` where it covers more than half of a pixel, in place."""
    region = inside(reach(cutout, matrix, 0 if wave is None else wave.amplitude), labels.shape)
    if region is None:
        return
    rendered = render(cutout, matrix, region, wave)
    window = np.s_[region.y : region.y + region.height, region.x : region.x + region.width]
    soft = cv2.blur(rendered.cover, (3, 3)).astype(np.float32) * np.float32(1 / 255)
    pixels[window] = cv2.blendLinear(rendered.pixels, np.ascontiguousarray(pixels[window]), soft, 1 - soft)
    labels[window][rendered.cover > 127] = label


def reach(cutout: Cutout, matrix: Matrix, slack: float = 0.0, margin: float = 0.0) -> Region:
    """What the cutout may touch. slack: how far it bends, in its own pixels. margin: in pixels of the out picture."""
    height, width = cutout.cover.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    room = 2 + margin + slack * float(np.abs(matrix[:, :2]).sum(1).max())
    low, high = corners.min(0) - room, corners.max(0) + room
    x0, y0 = (math.floor(v) for v in low)
    return Region(x0, y0, math.ceil(high[0]) - x0, math.ceil(high[1]) - y0)


def inside(region: Region, shape: tuple[int, ...]) -> Region | None:
    """The region's part in a picture of shape (height, width); None when it is all outside."""
    x0, y0 = max(0, region.x), max(0, region.y)
    x1, y1 = min(shape[1], region.x + region.width), min(shape[0], region.y + region.height)
    return Region(x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None
