"""Changes to single pictures that keep the masks true: windows, warps, light and noise.

Frames: "source" is the packed square picture, "out" the sample's. Matrices are 2x3 and map source to out in
OpenCV's pixel indices (the centre of the first pixel at 0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.thin_plate import ThinPlate

Matrix = NDArray[np.float64]
Picture = NDArray[np.uint8]
Rng = np.random.Generator
Flaw = Literal["blur", "noise", "blocks"]

FLAWS: tuple[Flaw, ...] = ("blur", "noise", "blocks")
"""What poor cameras do; blocks are JPEG's."""


@dataclass(frozen=True)
class Window:
    """A rectangle of a source picture, in whole pixels, and whether it is looked at in a mirror."""

    x: int
    y: int
    width: int
    height: int
    mirrored: bool = False


@dataclass(frozen=True)
class Region:
    """A rectangle of an out picture, in whole pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Wave:
    """A sinusoidal bend: amplitude in source pixels, waves along each axis of the out picture, phases in radians."""

    amplitude: float
    waves: float
    size: int
    phase_x: float
    phase_y: float


Warp = Wave | ThinPlate
"""How a thing bends."""


@dataclass(frozen=True, eq=False)
class Look:
    """A change of light: a 256-entry table per channel (256,1,3 uint8), then a mix with grey.

    colour: 1 leaves the colours, 0 is grey, above 1 is stronger.
    """

    table: NDArray[np.uint8]
    colour: float = 1.0


def random_window(rng: Rng, side: int, least: float = 0.25, whole: float = 0.2) -> Window:
    """A window of `least` to 1 of the source's area, aspect within a quarter; with chance `whole`, all of it."""
    mirrored = bool(rng.random() < 0.5)
    if rng.random() < whole:
        return Window(0, 0, side, side, mirrored)
    scale, stretch = math.sqrt(rng.uniform(least, 1)), math.exp(rng.uniform(-0.11, 0.11))
    width, height = (max(1, round(side * min(1.0, s))) for s in (scale * stretch, scale / stretch))
    x, y = int(rng.integers(side - width + 1)), int(rng.integers(side - height + 1))
    return Window(x, y, width, height, mirrored)


def window_about(rng: Rng, side: int, labels: NDArray[Any], label: int) -> Window:
    """A window around one object of SxS labels, 1.2 to 2.4 times its longer side, not quite centred: what a second,
    closer look shows. It is no smaller than about an eighth of the source's side."""
    rows, columns = (np.flatnonzero((labels == label).any(axis)) for axis in (1, 0))
    (top, bottom), (left, right) = ((int(a[0]), int(a[-1]) + 1) for a in (rows, columns))
    length = max(bottom - top, right - left) * math.exp(rng.uniform(math.log(1.2), math.log(2.4)))
    length = min(max(length, side / 8), side)
    stretch = math.exp(rng.uniform(-0.11, 0.11))
    width, height = (round(min(length * s, side)) for s in (stretch, 1 / stretch))
    x, y = (middle + rng.normal(0, 0.06) * length for middle in ((left + right) / 2, (top + bottom) / 2))
    return Window(
        min(max(round(x - width / 2), 0), side - width),
        min(max(round(y - height / 2), 0), side - height),
        width,
        height,
        bool(rng.random() < 0.5),
    )


def look_through(window: Window, source: NDArray[Any], side: int, *, labels: bool = False) -> NDArray[Any]:
    """The window's content at side x side; labels are taken whole from the nearest pixel, pictures smoothly."""
    part = source[window.y : window.y + window.height, window.x : window.x + window.width]
    shrinks = window.width > side and window.height > side
    how = cv2.INTER_NEAREST_EXACT if labels else cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    out = cv2.resize(part, (side, side), interpolation=how)
    return cv2.flip(out, 1) if window.mirrored else out


def placement(
    centre: tuple[float, float],
    target: tuple[float, float],
    scale: tuple[float, float],
    degrees: float = 0.0,
) -> Matrix:
    """The matrix that lays the source's `centre` on the out picture's `target`, scaled along x and y, then turned.

    centre and target have pixel centres at + 0.5. A negative x scale mirrors.
    """
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    linear = np.array([[cos * scale[0], -sin * scale[1]], [sin * scale[0], cos * scale[1]]])
    shift = np.array(target) - 0.5 - linear @ (np.array(centre) - 0.5)
    return np.column_stack([linear, shift])


def sampling_maps(
    matrix: Matrix, region: Region, wave: Warp | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For every pixel of the region of the out picture, where in the source it comes from (cv2.remap's maps)."""
    inverse = cv2.invertAffineTransform(matrix)
    across = np.arange(region.x, region.x + region.width, dtype=np.float32)
    down = np.arange(region.y, region.y + region.height, dtype=np.float32)
    # Both maps are sums of a function of the column and one of the row, bend included: two outer sums.
    x_row, x_column = inverse[0, 0] * across + inverse[0, 2], inverse[0, 1] * down
    y_row, y_column = inverse[1, 0] * across + inverse[1, 2], inverse[1, 1] * down
    if isinstance(wave, Wave):
        turns = 2 * math.pi * wave.waves / wave.size
        x_column = x_column + wave.amplitude * np.sin(turns * down + wave.phase_x)
        y_row = y_row + wave.amplitude * np.sin(turns * across + wave.phase_y)
    x_row, x_column, y_row, y_column = (v.astype(np.float32) for v in (x_row, x_column, y_row, y_column))
    x, y = x_column[:, None] + x_row[None, :], y_column[:, None] + y_row[None, :]
    if isinstance(wave, ThinPlate):
        _bend(x, y, wave)
    return x, y


def _bend(x: NDArray[np.float32], y: NDArray[np.float32], plate: ThinPlate) -> None:
    """Adds the plate's displacement to the maps, in place; it is so smooth that 13x13 points tell all of it."""
    rows, columns = (np.linspace(0, extent - 1, 13).round().astype(int) for extent in x.shape)
    spots = np.ix_(rows, columns)
    down, across = _between(rows, x.shape[0]), _between(columns, x.shape[1])
    for values, moved in zip((x, y), plate.displacement(x[spots], y[spots]), strict=True):
        values += down @ moved.astype(np.float32) @ across.T


def _between(spots: NDArray[np.intp], extent: int) -> NDArray[np.float32]:
    """extent,len(spots): how much each spot counts at each place in linear interpolation."""
    places = np.arange(extent)
    hats = [np.interp(places, spots, row) for row in np.eye(len(spots))]
    return np.stack(hats, 1).astype(np.float32)


def random_look(rng: Rng, strength: float = 1.0) -> Look:
    """Light, contrast, gamma, tint and colour as cameras and weather vary them; one in ten is grey."""
    brightness, contrast, gamma = np.exp(rng.uniform(-0.3, 0.3, 3) * strength)
    tint = 1 + rng.uniform(-0.08, 0.08, 3) * strength
    level = (np.arange(256) / 255) ** gamma
    # Contrast turns about mid-grey so that it does not also make everything brighter.
    values = ((level[:, None] - 0.5) * contrast + 0.5) * brightness * tint * 255
    table = np.clip(np.rint(values), 0, 255).astype(np.uint8)[:, None, :]
    chance = rng.random()
    colour = 0.0 if chance < 0.1 else float(rng.uniform(0.3, 1.5)) if chance < 0.4 else 1.0
    return Look(table, 1 + (colour - 1) * min(1.0, strength))


def relight(picture: Picture, look: Look) -> Picture:
    """The picture (HxWx3 uint8) in another light."""
    out = cv2.LUT(picture, look.table)
    if look.colour != 1.0:
        grey = np.array([0.299, 0.587, 0.114]) * (1 - look.colour)
        out = cv2.transform(out, np.eye(3) * look.colour + grey[None, :])
    return np.asarray(out, np.uint8)


def degrade(picture: Picture, rng: Rng, flaw: Flaw) -> Picture:
    """The picture (HxWx3 uint8) as a poor camera gives it, more or less so."""
    if flaw == "blur":
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 1.8))), np.uint8)
    if flaw == "noise":
        most = int(rng.integers(4, 22))
        noise = rng.integers(0, 2 * most + 1, picture.shape, dtype=np.uint8)
        return np.asarray(cv2.subtract(cv2.add(picture, noise), np.full_like(picture, most)), np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))]
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR), np.uint8)


def streak(picture: Picture, dx: float, dy: float) -> Picture:
    """The picture blurred along a movement of (dx, dy) pixels during the exposure."""
    kernel = streak_kernel(dx, dy)
    return picture if kernel is None else np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8)


def streak_kernel(dx: float, dy: float) -> NDArray[np.float32] | None:
    """A line of that movement as a filter whose sum is 1, 25 pixels at most; None where the blur does not show."""
    length = max(abs(dx), abs(dy))
    if length < 1.5:
        return None
    half = min(12, math.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    reach = min(1.0, half / (length / 2))
    ends = [(round(half + s * dx * reach / 2), round(half + s * dy * reach / 2)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)
