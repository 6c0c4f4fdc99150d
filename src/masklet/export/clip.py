"""A clip that masklet draws, for the check: two textured shapes that move, turn and pass each other."""

from __future__ import annotations

import cv2
import numpy as np

from masklet.values import Picture

WIDTH, HEIGHT = 320, 240


def draw_clip(frames: int) -> list[Picture]:
    """So many pictures, HEIGHTxWIDTHx3 uint8 RGB. A disc near the middle goes right, a square comes its way."""
    random = np.random.default_rng(5)
    meadow = cv2.GaussianBlur(random.uniform(0, 255, (HEIGHT, WIDTH, 3)), (0, 0), 3)
    meadow = 90 + 0.9 * (meadow - meadow.mean()) + np.array([0.0, 40.0, 0.0])
    return [_draw(meadow, index / max(frames - 1, 1)) for index in range(frames)]


def _draw(meadow: np.ndarray[tuple[int, ...], np.dtype[np.float64]], way: float) -> Picture:
    picture = meadow.clip(0, 255).astype(np.uint8)
    square = ((240 - 130 * way, 150 - 20 * way), (56, 56), 60 * way)
    cv2.fillPoly(picture, [cv2.boxPoints(square).astype(np.int32)], (40, 70, 190))
    centre = (round(155 + 90 * way), round(120 - 30 * np.sin(3 * way)))
    cv2.circle(picture, centre, 38, (200, 50, 40), -1)
    tip = (round(centre[0] + 30 * np.cos(6 * way)), round(centre[1] + 30 * np.sin(6 * way)))
    cv2.line(picture, centre, tip, (245, 235, 225), 8)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)
