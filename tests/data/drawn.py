"""Small sets of drawn pictures and videos: every object has a flat colour of its own, so masks can be checked."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

GREY = (128, 128, 128)
COLOURS = {1: (230, 20, 20), 2: (20, 230, 20), 3: (20, 20, 230)}


def shapes(size: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels H,W,3 and labels H,W: three shapes on grey that do not touch each other; size is (height, width)."""
    height, width = size
    rng = np.random.default_rng(seed)
    labels = np.zeros(size, np.uint8)
    unit = min(size)

    def at(x: float, y: float) -> tuple[int, int]:
        jx, jy = rng.uniform(-0.04, 0.04, 2)
        return int((x + jx) * width), int((y + jy) * height)

    cv2.circle(labels, at(0.25, 0.3), int(unit * 0.15), 1, -1)
    x, y = at(0.7, 0.3)
    cv2.rectangle(labels, (x - unit // 8, y - unit // 10), (x + unit // 8, y + unit // 10), 2, -1)
    cv2.ellipse(labels, at(0.5, 0.75), (unit // 4, unit // 9), 20, 0, 360, 3, -1)
    pixels = np.full((*size, 3), GREY, np.uint8)
    for label, colour in COLOURS.items():
        pixels[labels == label] = colour
    return pixels, labels


def picture_folder(folder: Path, count: int = 6, *, index: bool = True) -> Path:
    """`count` pictures of sizes that differ, from two sources `a` (one in three) and `b`, as JPEG + 16-bit PNG."""
    lines = []
    for i in range(count):
        name = f"{'a' if i % 3 == 0 else 'b'}/{i:03d}"
        pixels, labels = shapes((120 + 10 * i, 160), i)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=95, subsampling=0)
        Image.fromarray(labels.astype(np.uint16)).save(folder / f"{name}.png")
        lines.append(json.dumps({"picture": f"{name}.jpg", "objects": 3}))
    if index:
        (folder / "index.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def palette() -> list[int]:
    """PASCAL VOC's palette, by its definition."""
    colours = []
    for k in range(256):
        rgb, rest = [0, 0, 0], k
        for bit in range(7, -1, -1):
            for channel in range(3):
                rgb[channel] |= (rest >> channel & 1) << bit
            rest >>= 3
        colours += rgb
    return colours


def save_palette(labels: np.ndarray, path: Path) -> None:
    """Label map as a palette PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels.astype(np.uint8))
    image.putpalette(palette())
    image.save(path)


def davis_folder(folder: Path, sequences: dict[str, int], level: str = "") -> Path:
    """Videos of as many frames as given, in which the shapes shift by 2 pixels per frame."""
    for number, (name, length) in enumerate(sequences.items()):
        pixels, labels = shapes((120, 160), number)
        for t in range(length):
            picture = folder / "JPEGImages" / level / name / f"{t:05d}.jpg"
            picture.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.roll(pixels, 2 * t, 1)).save(picture, quality=95, subsampling=0)
            save_palette(np.roll(labels, 2 * t, 1), folder / "Annotations" / level / name / f"{t:05d}.png")
    return folder


def numbers_by_colour(pixels: np.ndarray) -> np.ndarray:
    """Which shape's colour every pixel has, 0 for grey; told by the nearest colour."""
    table = np.array([GREY, *COLOURS.values()], float)
    return np.argmin(((pixels[..., None, :].astype(float) - table) ** 2).sum(-1), -1)


def colours_within(pixels: np.ndarray, mask: np.ndarray) -> set[int]:
    """Whose colours the mask covers, its edge and stray mixed pixels (under 1 %) left out."""
    counts = np.bincount(numbers_by_colour(pixels)[inside(mask)], minlength=4)
    return set(np.flatnonzero(counts > 0.01 * counts.sum()).tolist())


def inside(mask: np.ndarray, margin: int = 2) -> np.ndarray:
    """The mask without its edge; the picture's border is an edge too."""
    square = np.ones((2 * margin + 1,) * 2, np.uint8)
    return cv2.erode(mask.astype(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
