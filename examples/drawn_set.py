"""Draws a small set of training pictures: bright discs on dark ground, with their label maps."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image


def draw_set(folder: Path, pictures: int, side: int = 128) -> None:
    """Writes `pictures` pictures of side x side pixels to folder/pictures/train/drawn: NN.jpg and labels NN.png."""
    target = folder / "pictures" / "train" / "drawn"
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for number in range(pictures):
        picture = np.full((side, side, 3), rng.integers(0, 90, 3), np.uint8)
        labels = np.zeros((side, side), np.uint8)
        for label in (1, 2):
            centre = (int(rng.integers(side // 4, side)), int(rng.integers(side // 4, side)))
            radius = int(rng.integers(side // 10, side // 4))
            colour = tuple(int(value) for value in rng.integers(120, 255, 3))
            cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)
            cv2.circle(labels, centre, radius, label, -1)
        Image.fromarray(picture).save(target / f"{number:02d}.jpg", quality=95)
        Image.fromarray(labels).save(target / f"{number:02d}.png")
