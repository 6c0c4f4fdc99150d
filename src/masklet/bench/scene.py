"""What speed is measured on: pictures that masklet draws, the same on every machine."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

from masklet.values import Picture, Point

WIDTH, HEIGHT, RADIUS = 1280, 720, 60
PERIOD = 8  # frames after which the scene turns round


class Scene:
    """Discs that swing to and fro over a grainy ground, without end.

    objects: how many discs, in a grid; 1 or more.
    """

    def __init__(self, objects: int = 1) -> None:
        self.objects = objects

    def picture(self, frame: int) -> Picture:
        """Frame 0, 1, 2 …: HEIGHTxWIDTHx3 uint8 RGB, read-only."""
        return self._pictures[min(frame % (2 * PERIOD), 2 * PERIOD - 1 - frame % (2 * PERIOD))]

    def centres(self) -> list[Point]:
        """Where the discs are on frame 0: (x, y) in pixels."""
        return [self._centre(number, 0) for number in range(self.objects)]

    @cached_property
    def _pictures(self) -> list[Picture]:
        ground = _ground()
        pictures = []
        for frame in range(PERIOD):
            picture = ground.copy()
            for number in range(self.objects):
                x, y = (round(value) for value in self._centre(number, frame))
                colour = [int(value) for value in np.random.default_rng(number).integers(40, 256, 3)]
                cv2.circle(picture, (x, y), self._radius, colour, -1, cv2.LINE_AA)
            picture.setflags(write=False)
            pictures.append(picture)
        return pictures

    def _centre(self, number: int, frame: int) -> Point:
        columns = self._columns
        rows = -(-self.objects // columns)
        row, column = divmod(number, columns)
        return (column + 0.5) * WIDTH / columns + 2.0 * frame, (row + 0.5) * HEIGHT / rows

    @property
    def _columns(self) -> int:
        return int(np.ceil(np.sqrt(self.objects * WIDTH / HEIGHT)))

    @property
    def _radius(self) -> int:
        return min(RADIUS, int(WIDTH / self._columns / 3))


def _ground() -> Picture:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    grain = np.random.default_rng(0).normal(0, 8, (HEIGHT, WIDTH, 1)).astype(np.float32)
    slope = np.stack([90 + rows / 12, 110 + columns / 20, 100 - rows / 20], axis=-1)
    return np.asarray((slope + grain).clip(0, 255), np.uint8)
