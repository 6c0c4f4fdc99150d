"""Things and backgrounds that are drawn: shapes, rods and rings, textures. They need no files at all."""

from __future__ import annotations

import colorsys
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import Picture, Rng
from masklet.data.compose import Cutout
from masklet.data.synthetic.conditions import Look
from masklet.data.synthetic.paths import Size

Colour = NDArray[np.float32]
_FINE = 4  # shapes are drawn so many times larger, then shrunk
_SHIFT = 4  # fractional bits of OpenCV's coordinates


class Drawn:
    """The Materials that need nothing."""

    name = "drawn"

    def thing(self, rng: Rng, longest: float, look: Look) -> Cutout:
        """A shape with a texture, parts of other colours and light from above; or, thin, a rod, ring or branch."""
        side = max(6, round(longest))
        cover = _shrunk(_thin(rng, side * _FINE) if look == "thin" else _solid(rng, side * _FINE), side)
        x, y, width, height = cv2.boundingRect((cover > 127).astype(np.uint8))
        cover = cover[y : y + height, x : x + width]
        hue = float(rng.random())
        pixels = texture(rng, (height, width), hue, contrast=0.5).astype(np.float32)
        if look != "thin":
            for _ in range(int(rng.integers(1, 4))):
                _spot(rng, pixels, hue)
        light = np.linspace(1.15, 0.8, height, dtype=np.float32)[:, None, None]
        pixels = np.clip(pixels * light, 0, 255)
        return margined(pixels.astype(np.uint8), cover)

    def background(self, rng: Rng, size: Size) -> Picture:
        """A texture with things of the same store standing about, duller than what moves before them."""
        hue = float(rng.random())
        picture = texture(rng, size, hue, contrast=0.35, dull=0.6)
        for _ in range(int(rng.integers(6, 16))):
            _stand(rng, picture)
        top, bottom = rng.uniform(0.75, 1.15, 2)
        slope = np.linspace(float(top), float(bottom), size[0], dtype=np.float32)[:, None, None]
        return np.clip(picture * slope, 0, 255).astype(np.uint8)

    def panel(self, rng: Rng, side: int) -> Cutout:
        """A square with a texture."""
        return margined(texture(rng, (side, side), float(rng.random()), contrast=0.4, dull=0.4))


DRAWN = Drawn()


def margined(pixels: Picture, cover: NDArray[np.uint8] | None = None) -> Cutout:
    """A cutout of what is there, with the empty margin that a cutout has. cover: all of it when left out."""
    cover = np.full(pixels.shape[:2], 255, np.uint8) if cover is None else cover
    edge = (2, 2, 2, 2)
    return Cutout(
        np.asarray(cv2.copyMakeBorder(pixels, *edge, cv2.BORDER_REPLICATE), np.uint8),
        np.asarray(cv2.copyMakeBorder(cover, *edge, cv2.BORDER_CONSTANT, value=0), np.uint8),
    )


def texture(rng: Rng, size: Size, hue: float, *, contrast: float, dull: float = 0.0) -> Picture:
    """HxWx3 uint8: two or three colours near a hue, mixed by clouds, stripes, checks or dots. contrast: between them;
    dull: 0 for full colours, 1 for grey."""
    first = colour(rng, hue, dull)
    second = colour(rng, hue + rng.normal(0, 0.12), dull)
    second = first + (second - first) * contrast + rng.normal(0, 50 * contrast, 3).astype(np.float32)
    clouds = _clouds(rng, size)
    kind = rng.integers(5)
    if kind >= 3:
        values = clouds
    else:
        values = np.clip(_pattern(rng, size, int(kind), clouds), 0, 1)
    mixed = first + values[..., None] * (second - first)
    fine = rng.normal(0, 1, (min(size[0], 128), min(size[1], 128), 1)).astype(np.float32) * 5
    tiles = math.ceil(size[0] / fine.shape[0]), math.ceil(size[1] / fine.shape[1]), 1
    grain = np.tile(fine, tiles)[: size[0], : size[1]]
    shade = (0.85 + 0.3 * clouds)[..., None]
    return np.clip(mixed * shade + grain, 0, 255).astype(np.uint8)


def colour(rng: Rng, hue: float, dull: float = 0.0) -> Colour:
    """3 float32, 0 to 255."""
    saturation, value = rng.uniform(0.25, 0.95) * (1 - dull), rng.uniform(0.3, 1.0)
    return np.array(colorsys.hsv_to_rgb(hue % 1.0, saturation, value), np.float32) * 255


def _clouds(rng: Rng, size: Size) -> NDArray[np.float32]:
    """HxW, 0 to 1: noise of several sizes, each finer one half as strong."""
    total = np.zeros(size, np.float32)
    for octave in range(5):
        cells = 2 ** (octave + 1) + 1
        grid = rng.random((cells, cells), np.float32)
        total += cv2.resize(grid, (size[1], size[0]), interpolation=cv2.INTER_CUBIC) * np.float32(0.55**octave)
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def _pattern(rng: Rng, size: Size, kind: int, clouds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stripes, checks or dots, at any angle, a little out of true."""
    wave = max(6.0, max(size) * rng.uniform(0.06, 0.3))
    angle = rng.uniform(0, math.pi)
    x = np.arange(size[1], dtype=np.float32)[None] * np.float32(2 * math.pi / wave)
    y = np.arange(size[0], dtype=np.float32)[:, None] * np.float32(2 * math.pi / wave)
    u = x * np.float32(math.cos(angle)) + y * np.float32(math.sin(angle)) + 2 * clouds
    if kind == 0:
        return np.asarray(0.5 + 2 * np.sin(u), np.float32)
    v = y * np.float32(math.cos(angle)) - x * np.float32(math.sin(angle)) + 2 * clouds
    crossed = np.sin(u) * np.sin(v)
    return np.asarray(0.5 + 3 * crossed if kind == 1 else 2.5 * (crossed - 0.35), np.float32)


def _solid(rng: Rng, side: int) -> NDArray[np.uint8]:
    """A shape without thin parts: a blob, a star or polygon, or an animal-like heap of ellipses."""
    canvas = np.zeros((side, side), np.uint8)
    kind = rng.integers(4)
    turns = np.linspace(0, 2 * math.pi, 180, endpoint=False)
    if kind == 0:
        radius = 0.36 + sum(
            rng.normal(0, 0.09 / k) * np.cos(k * turns + rng.uniform(0, 2 * math.pi)) for k in range(2, 6)
        )
    elif kind == 1:
        points, depth = int(rng.integers(3, 8)), rng.uniform(0, 0.4)
        radius = 0.46 * (1 - depth * 0.5 * (1 + np.cos(points * turns + rng.uniform(0, 6))))
    elif kind == 2:
        corners = int(rng.integers(3, 7))
        turns = np.sort(rng.uniform(0, 2 * math.pi / corners, corners) + np.arange(corners) * 2 * math.pi / corners)
        radius = rng.uniform(0.36, 0.47, corners)
    else:
        _heap(rng, canvas)
        return canvas
    radius = np.clip(radius, 0.15, 0.48)
    narrow = rng.uniform(0.55, 1.0)
    outline = np.stack([0.5 + radius * np.cos(turns), 0.5 + narrow * radius * np.sin(turns)], 1) * side
    cv2.fillPoly(canvas, [np.rint(outline * 2**_SHIFT).astype(np.int32)], 255, cv2.LINE_8, _SHIFT)
    return canvas


def _heap(rng: Rng, canvas: NDArray[np.uint8]) -> None:
    """A body, a head and limbs."""
    side = len(canvas)

    def ellipse(x: float, y: float, a: float, b: float, degrees: float) -> None:
        axes = max(1, round(a * side)), max(1, round(b * side))
        cv2.ellipse(canvas, (round(x * side), round(y * side)), axes, degrees, 0, 360, 255, -1)

    ellipse(0.5, 0.52, rng.uniform(0.2, 0.3), rng.uniform(0.12, 0.2), 0)
    ellipse(0.78, 0.36, rng.uniform(0.09, 0.14), rng.uniform(0.08, 0.12), rng.uniform(-30, 30))
    ellipse(0.68, 0.45, 0.12, 0.07, -40)
    for x in rng.uniform(0.3, 0.68, int(rng.integers(2, 5))):
        ellipse(float(x), 0.75, rng.uniform(0.035, 0.06), rng.uniform(0.13, 0.2), rng.uniform(-12, 12))
    ellipse(0.2, 0.45, rng.uniform(0.1, 0.17), 0.035, rng.uniform(-50, 20))


def _thin(rng: Rng, side: int) -> NDArray[np.uint8]:
    """A rod, a ring, a cross or a branch, 2 to 5 per cent of its length thick."""
    canvas = np.zeros((side, side), np.uint8)
    width = max(2 * _FINE, round(side * rng.uniform(0.02, 0.05)))
    low, high = 0.04 * side, 0.96 * side

    def line(*points: tuple[float, float]) -> None:
        cv2.polylines(canvas, [np.rint(np.array(points)).astype(np.int32)], False, 255, width)

    kind = rng.integers(4)
    if kind == 0:
        sag = rng.uniform(0.3, 0.7, 2) * side
        line((low, sag[0]), (0.35 * side, sag[1]), (0.65 * side, sag[0]), (high, sag[1]))
    elif kind == 1:
        axes = round(0.44 * side), round(rng.uniform(0.25, 0.44) * side)
        cv2.ellipse(canvas, (side // 2, side // 2), axes, rng.uniform(0, 180), 0, 360, 255, width)
    elif kind == 2:
        line((low, low), (high, high))
        line((high, low), (low, high))
    else:
        line((side / 2, high), (side / 2, low))
        for y in rng.uniform(0.1, 0.75, 5) * side:
            line((side / 2, y + 0.15 * side), (rng.choice([low, high]), y))
    return canvas


def _shrunk(canvas: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _spot(rng: Rng, pixels: NDArray[np.float32], hue: float) -> None:
    """A part in another colour."""
    height, width = pixels.shape[:2]
    centre = round(rng.uniform(0.15, 0.85) * width), round(rng.uniform(0.15, 0.85) * height)
    axes = max(1, round(rng.uniform(0.06, 0.25) * width)), max(1, round(rng.uniform(0.06, 0.25) * height))
    shade = tuple(float(v) for v in colour(rng, hue + rng.normal(0, 0.25)))
    cv2.ellipse(pixels, centre, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1)


def _stand(rng: Rng, picture: Picture) -> None:
    """Something that stands about, in place."""
    height, width = picture.shape[:2]
    side = max(8, round(min(height, width) * rng.uniform(0.06, 0.3)))
    cover = _shrunk(_solid(rng, side * 2), side)
    x, y = int(rng.integers(-side // 2, width - side // 2)), int(rng.integers(-side // 2, height - side // 2))
    left, top = max(0, -x), max(0, -y)
    part = picture[max(0, y) : y + side, max(0, x) : x + side]
    soft = (cover[top : top + part.shape[0], left : left + part.shape[1]] / np.float32(255))[..., None]
    shade = colour(rng, float(rng.random()), 0.5)
    part[:] = part * (1 - 0.8 * soft) + shade * (0.8 * soft)
