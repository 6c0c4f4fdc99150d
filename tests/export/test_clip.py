"""The clip that exports are checked on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from masklet.export.clip import HEIGHT, WIDTH, draw_clip


def test_it_is_the_same_each_time_and_moves() -> None:
    clip = draw_clip(5)
    assert all(one.shape == (HEIGHT, WIDTH, 3) and one.dtype == np.uint8 for one in clip)
    assert all(np.array_equal(a, b) for a, b in zip(clip, draw_clip(5), strict=True))
    assert all((a != b).any() for a, b in pairwise(clip))
