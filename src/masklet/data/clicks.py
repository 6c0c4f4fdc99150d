"""What a user would click: simulated clicks and boxes for training and for evaluation protocols.

Masks are HxW bool (or 0/1 uint8) of any resolution. Coordinates are pixels of the mask, the centre of the pixel
in column i at i + 0.5; boxes are x0, y0, x1, y1 along pixel edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.values import Box

BitMask = NDArray[np.bool_] | NDArray[np.uint8]


@dataclass(frozen=True)
class Click:
    """A click at (x, y); label 1 says the object is here, 0 that it is not."""

    x: float
    y: float
    label: int


def centre_click(mask: BitMask) -> Click:
    """A positive click on the pixel farthest from the mask's edges; the picture's border counts as an edge.

    Raises ValueError on an empty mask.
    """
    depth = _deepest(_bits(mask))
    if depth is None:
        raise ValueError("an empty mask has no centre")
    return Click(depth.x, depth.y, 1)


def random_click(mask: BitMask, rng: np.random.Generator) -> Click:
    """A positive click on a pixel of the mask, each as likely. Raises ValueError on an empty mask."""
    return _any_of(_bits(mask), rng, 1)


def correction_click(prediction: BitMask, truth: BitMask, rng: np.random.Generator | None = None) -> Click:
    """The next click of someone who sees `prediction` and wants `truth`.

    Without rng, the evaluation protocol of SAM and SAM 2: the missed and the surplus pixels are compared by their
    greatest distance from an edge, and the click lies in the middle of the larger. With rng, as in training: any
    wrong pixel, each as likely. Where nothing is wrong the click confirms: the truth's centre (or any pixel of
    the truth with rng), or, when there is no object, a negative click in the middle (or anywhere).
    """
    wanted, got = _bits(truth), _bits(prediction)
    if wanted.shape != got.shape:
        raise ValueError(f"prediction is {got.shape}, truth {wanted.shape}")
    wrong = cv2.bitwise_xor(wanted, got)
    if not cv2.countNonZero(wrong):
        return _confirmation(wanted, rng)
    if rng is not None:
        click = _any_of(wrong, rng, 1)
        return Click(click.x, click.y, int(wanted[int(click.y), int(click.x)]))
    missed, surplus = _deepest(cv2.bitwise_and(wrong, wanted)), _deepest(cv2.bitwise_and(wrong, got))
    if surplus is None or (missed is not None and missed.depth > surplus.depth):
        assert missed is not None
        return Click(missed.x, missed.y, 1)
    return Click(surplus.x, surplus.y, 0)


def box_of(mask: BitMask) -> Box:
    """The tightest box around the mask, along pixel edges. Raises ValueError on an empty mask."""
    x, y, width, height = cv2.boundingRect(_bits(mask))
    if not width:
        raise ValueError("an empty mask has no box")
    return float(x), float(y), float(x + width), float(y + height)


def jittered_box(mask: BitMask, rng: np.random.Generator, noise: float = 0.1, most: float = 20.0) -> Box:
    """The mask's box as a hand would draw it (Kirillov et al. 2023, appendix A).

    Every edge is moved by a normal deviate of `noise` times the box's side, at most `most` pixels, and stays in
    the picture. Raises ValueError on an empty mask.
    """
    x0, y0, x1, y1 = box_of(mask)
    width, height = x1 - x0, y1 - y0
    moves = np.clip(rng.normal(0, noise, 4) * (width, height, width, height), -most, most)
    columns, rows = mask.shape[1], mask.shape[0]
    left, right = np.clip((x0 + moves[0], x1 + moves[2]), 0, columns)
    top, bottom = np.clip((y0 + moves[1], y1 + moves[3]), 0, rows)
    # Two opposite edges may cross only when the noise is huge; a box is never inverted or empty.
    if right - left < 1:
        left, right = x0, x1
    if bottom - top < 1:
        top, bottom = y0, y1
    return float(left), float(top), float(right), float(bottom)


@dataclass(frozen=True)
class _Depth:
    x: float
    y: float
    depth: int  # squared


def _bits(mask: BitMask) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask, bool).view(np.uint8)


def _deepest(bits: NDArray[Any]) -> _Depth | None:
    """The pixel farthest from any pixel outside; None when there is none. Only the bounding box is looked at."""
    x, y, width, height = cv2.boundingRect(bits)
    if not width:
        return None
    padded = np.zeros((height + 2, width + 2), np.uint8)
    padded[1:-1, 1:-1] = bits[y : y + height, x : x + width]
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    depth, row, column = _first_deepest(distance)
    return _Depth(x + column - 0.5, y + row - 0.5, depth)


def _first_deepest(distance: NDArray[Any]) -> tuple[int, int, int]:
    """The greatest distance squared, and the row and column of the first pixel that has it.

    Last bits of a distance depend on where in memory it was worked out, and would decide among pixels of one depth;
    squares of distances between pixels are whole numbers.
    """
    depth = round(float(distance.max()) ** 2)
    row, column = divmod(int(np.argmax(distance > np.sqrt(depth - 0.5))), distance.shape[1])
    return depth, row, column


def _any_of(bits: NDArray[Any], rng: np.random.Generator, label: int) -> Click:
    x, y, width, height = cv2.boundingRect(bits)
    if not width:
        raise ValueError("an empty mask has no pixel to click on")
    inside = np.flatnonzero(bits[y : y + height, x : x + width])
    row, column = divmod(int(inside[rng.integers(len(inside))]), width)
    return Click(x + column + 0.5, y + row + 0.5, label)


def _confirmation(truth: NDArray[np.uint8], rng: np.random.Generator | None) -> Click:
    if cv2.countNonZero(truth):
        return centre_click(truth) if rng is None else random_click(truth, rng)
    height, width = truth.shape
    if rng is None:
        return Click(width // 2 + 0.5, height // 2 + 0.5, 0)
    return Click(int(rng.integers(width)) + 0.5, int(rng.integers(height)) + 0.5, 0)
