"""Small drawn data sets in the layouts that evaluation reads, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


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
