"""Things and backgrounds that need no files."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.synthetic.drawn import DRAWN, colour, margined, texture


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("look", ["any", "thin"])
@pytest.mark.parametrize("longest", [6.0, 40.0, 200.0])
def test_a_drawn_thing_has_the_size_that_was_asked_for(look: str, longest: float) -> None:
    for seed in range(12):
        thing = DRAWN.thing(rng(seed), longest, look)
        assert max(thing.cover.shape) <= longest + 5
        assert max(thing.cover.shape) >= 0.5 * longest
        assert (thing.cover > 127).sum() > 3
        assert not thing.cover[[0, 1, -2, -1]].any() and not thing.cover[:, [0, 1, -2, -1]].any()


def test_thin_things_are_thin() -> None:
    for seed in range(12):
        cover = (DRAWN.thing(rng(seed), 150, "thin").cover > 127).astype(np.uint8)
        assert cv2.distanceTransform(cover, cv2.DIST_L2, 5).max() < 9


@given(st.integers(0, 10**6), st.integers(8, 120), st.integers(8, 120))
@settings(max_examples=15, deadline=None)
def test_backgrounds_and_textures_have_any_size_and_come_again(seed: int, height: int, width: int) -> None:
    first, again = (DRAWN.background(rng(seed), (height, width)) for _ in range(2))
    assert first.shape == (height, width, 3) and first.dtype == np.uint8
    assert first.tobytes() == again.tobytes()
    assert texture(rng(seed), (height, width), 0.5, contrast=0.5).shape == (height, width, 3)


def test_a_panel_hides_all_of_its_square() -> None:
    panel = DRAWN.panel(rng(0), 40)
    assert panel.cover.shape == (44, 44)
    assert (panel.cover[2:-2, 2:-2] == 255).all() and panel.cover.sum() == 40 * 40 * 255


def test_a_margin_is_empty_and_goes_on_with_the_edges_colour() -> None:
    pixels = rng(1).integers(0, 255, (5, 7, 3), np.uint8)
    cutout = margined(pixels, np.full((5, 7), 100, np.uint8))
    assert np.array_equal(cutout.pixels[2:-2, 2:-2], pixels)
    assert (cutout.cover[2:-2, 2:-2] == 100).all() and cutout.cover.sum() == 3500
    assert np.array_equal(cutout.pixels[0, 2:-2], pixels[0])


def test_dull_colours_are_greyer() -> None:
    def spread(dull: float) -> float:
        return float(np.mean([np.ptp(colour(rng(seed), 0.3, dull)) for seed in range(20)]))

    assert spread(1.0) == pytest.approx(0, abs=1e-3)
    assert spread(0.6) < 0.5 * spread(0.0)
