from __future__ import annotations

import numpy as np
import pytest

from masklet.bench.scene import HEIGHT, PERIOD, WIDTH, Scene


@pytest.mark.parametrize("objects", [1, 2, 4, 10])
def test_every_disc_is_in_the_picture_and_apart_from_the_others(objects: int) -> None:
    scene = Scene(objects)
    picture, centres = scene.picture(0), scene.centres()
    assert picture.shape == (HEIGHT, WIDTH, 3) and picture.dtype == np.uint8
    assert len(centres) == objects
    for x, y in centres:
        around = picture[int(y) - 20 : int(y) + 21, int(x) - 20 : int(x) + 21].reshape(-1, 3)
        assert len(np.unique(around, axis=0)) == 1  # inside one disc, without grain
    assert len({tuple(picture[int(y), int(x)]) for x, y in centres}) == objects


def test_it_moves_to_and_fro_and_is_the_same_again() -> None:
    scene = Scene(2)
    assert not np.array_equal(scene.picture(0), scene.picture(1))
    for frame in range(PERIOD):
        assert np.array_equal(scene.picture(PERIOD - 1 - frame), scene.picture(PERIOD + frame))
    assert np.array_equal(scene.picture(3), Scene(2).picture(3 + 2 * PERIOD))
