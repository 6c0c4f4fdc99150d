"""Small drawn data sets in the layouts that evaluation reads, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from masklet.data.sets.label_maps import palette_png, regions_of
from masklet.data.sets.values import FrameTruth, Region, Thing, VideoItem
from tests.session import drawn as clips


def write_pictures(folder: Path, labels: Mapping[str, NDArray[np.uint8]]) -> Path:
    """One picture per path "source/name"; its red channel is 40 times the object's number."""
    for name, numbers in labels.items():
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(numbers).save(path)
        Image.fromarray(_coloured(numbers)).save(path.with_suffix(".jpg"), quality=100, subsampling=0)
    return folder


def write_videos(folder: Path, labels: Mapping[str, Sequence[NDArray[np.uint8] | None]]) -> Path:
    """One sequence per name, one label map per frame; None is a frame without annotation."""
    for name, frames in labels.items():
        shape = next(numbers.shape for numbers in frames if numbers is not None)
        for t, numbers in enumerate(frames):
            picture = folder / "JPEGImages" / name / f"{t:05d}.jpg"
            picture.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(_coloured(np.zeros(shape, np.uint8) if numbers is None else numbers)).save(picture)
            if numbers is not None:
                annotation = folder / "Annotations" / name / f"{t:05d}.png"
                annotation.parent.mkdir(parents=True, exist_ok=True)
                palette = Image.fromarray(numbers, mode="P")
                palette.putpalette([channel for index in range(256) for channel in (index, index, index)])
                palette.save(annotation)
    return folder


def _coloured(numbers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat((numbers * 40)[..., None], 3, axis=2).astype(np.uint8)


def video_item(name: str, labels: Sequence[NDArray[np.uint8] | None], folder: Path = Path("nowhere")) -> VideoItem:
    """A video in memory; None is a frame without annotation, 255 void, and what is not marked is absent."""
    size = next(numbers.shape for numbers in labels if numbers is not None)
    found = {t: regions_of(numbers.astype(np.uint16)) for t, numbers in enumerate(labels) if numbers is not None}
    objects = sorted({number for regions in found.values() for number in regions} - {255})
    truths = {}
    for t, rles in found.items():
        regions = tuple(Region(number, rle) for number, rle in rles.items() if number != 255)
        truths[t] = FrameTruth(regions, frozenset(objects) - set(rles), rles.get(255))
    names = tuple(f"{t:05d}" for t in range(len(labels)))
    files = tuple(folder / name / f"{frame}.jpg" for frame in names)
    return VideoItem(name, size, names, files, tuple(Thing(number) for number in objects), truths)


def predicted(labels: Sequence[NDArray[np.uint8]]) -> dict[int, dict[int, dict[str, Any]]]:
    """Label maps as predictions."""
    masks: dict[int, dict[int, dict[str, Any]]] = {}
    for t, numbers in enumerate(labels):
        for number, rle in regions_of(numbers.astype(np.uint16)).items():
            masks.setdefault(number, {})[t] = rle
    return masks


def ellipse(size: tuple[int, int], x: float, y: float, a: float, b: float) -> NDArray[np.bool_]:
    row, column = np.mgrid[: size[0], : size[1]]
    return ((column - x) / a) ** 2 + ((row - y) / b) ** 2 <= 1


def two_ellipses(t: int, size: tuple[int, int] = (96, 128)) -> NDArray[np.uint8]:
    """Frame t of a drawn truth: 1 passes over, 2 is gone on frames 5 and 6, and a patch of void (255)."""
    numbers = np.zeros(size, np.uint8)
    numbers[ellipse(size, 30 + 5 * t, 40 + t, 20, 14)] = 1
    if t not in (5, 6):
        numbers[ellipse(size, 100 - 6 * t, 70, 9 + t / 2, 16)] = 2
    numbers[ellipse(size, 64, 20, 8, 6)] = 255
    return numbers


def two_guesses(t: int, size: tuple[int, int] = (96, 128)) -> NDArray[np.uint8]:
    """Frame t of a prediction of `two_ellipses` that drifts away, sees 2 on frame 5 and loses it on frame 12."""
    numbers = np.zeros(size, np.uint8)
    numbers[ellipse(size, 30 + 5.6 * t, 40 + 0.5 * t, 19, 15)] = 1
    if t != 6 and t < 12:
        numbers[ellipse(size, 100 - 6.5 * t, 71, 9 + t / 3, 15)] = 2
    return numbers


def write_clips(folder: Path, lengths: Mapping[str, int], hidden: Mapping[str, Sequence[int]] | None = None) -> Path:
    """Clips of `tests.session.drawn` in DAVIS's layout: 1 the red disc, 2 the blue square; both are far apart.

    hidden: by clip, the frames on which the red disc is not there.
    """
    for name, count in lengths.items():
        labels = []
        for t in range(count):
            picture = clips.draw(t, red=t not in (hidden or {}).get(name, ()))
            numbers = np.zeros(picture.shape[:2], np.uint8)
            numbers[clips.truth(picture, clips.RED)], numbers[clips.truth(picture, clips.BLUE)] = 1, 2
            labels.append(numbers)
            path = folder / "JPEGImages" / name / f"{t:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
        write_label_maps(folder / "Annotations" / name, labels)
    return folder


def write_label_maps(folder: Path, labels: Sequence[NDArray[np.uint8]]) -> None:
    """One palette PNG per frame."""
    folder.mkdir(parents=True, exist_ok=True)
    for t, numbers in enumerate(labels):
        (folder / f"{t:05d}.png").write_bytes(palette_png(numbers.astype(np.uint16)))
