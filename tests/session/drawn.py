"""Clips and pictures that the tests draw: two shapes of one colour each, moving over grey.

The first pixel's red value is the frame's number.
"""

import cv2
import numpy as np

WIDTH, HEIGHT = 160, 120
RED, BLUE, GREEN, GREY = (220, 30, 30), (30, 30, 220), (30, 220, 30), (90, 90, 90)


def disc(frame):
    """Where the red disc is: (x, y)."""
    return 24 + 2 * frame, 36


def square(frame):
    """Where the blue square is: (x, y)."""
    return 130 - 2 * frame, 88


def draw(frame, *, red=True, blue=True):
    picture = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    if red:
        cv2.circle(picture, disc(frame), 14, RED, -1)
    if blue:
        x, y = square(frame)
        cv2.rectangle(picture, (x - 12, y - 12), (x + 12, y + 12), BLUE, -1)
    picture[0, 0] = (frame % 256, 0, 0)
    return picture


def clip(count=40, **shown):
    return [draw(frame, **shown) for frame in range(count)]


def truth(picture, colour):
    return (picture == np.array(colour)).all(axis=2)


def iou(first, second):
    union = (first | second).sum()
    return 1.0 if union == 0 else (first & second).sum() / union
