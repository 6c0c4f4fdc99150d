"""Effects: what they change, and above all what they leave."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.media import effects
from masklet.values import Mask, Picture

RED, BLUE = (220, 30, 30), (20, 40, 200)


def scene(side: int = 64) -> tuple[Picture, Mask]:
    """A red disc on a blue ground with grain, and its mask."""
    rows, columns = np.mgrid[0:side, 0:side]
    mask = (rows - side / 2) ** 2 + (columns - side / 2) ** 2 < (side / 4) ** 2
    picture = np.where(mask[..., None], RED, BLUE) + np.random.default_rng(1).integers(-9, 9, (side, side, 3))
    return picture.clip(0, 255).astype(np.uint8), mask


PICTURE, MASK = scene()
HARD = effects.hard_alpha(MASK)
ON_OBJECT = {
    "highlight": lambda p, a: effects.highlight(p, a, (0, 255, 0)),
    "blur": lambda p, a: effects.blur(p, a, where="object"),
}
ON_GROUND = {
    "outline": lambda p, a: effects.outline(p, a, (0, 255, 0)),
    "blur": lambda p, a: effects.blur(p, a),
    "spotlight": effects.spotlight,
    "grey": effects.grey_background,
    "colour": lambda p, a: effects.on_colour(p, a, (0, 255, 0)),
    "picture": lambda p, a: effects.on_picture(p, a, np.zeros((10, 30, 3), np.uint8)),
}


@pytest.mark.parametrize("name", ON_GROUND)
def test_what_is_done_to_the_ground_leaves_the_object(name: str) -> None:
    drawn = ON_GROUND[name](PICTURE, HARD)
    assert np.array_equal(drawn[MASK], PICTURE[MASK])
    assert not np.array_equal(drawn[~MASK], PICTURE[~MASK])


@pytest.mark.parametrize("name", ["highlight", "blur"])
def test_what_is_done_to_the_object_leaves_the_ground(name: str) -> None:
    drawn = ON_OBJECT[name](PICTURE, HARD)
    assert np.array_equal(drawn[~MASK], PICTURE[~MASK])
    assert not np.array_equal(drawn[MASK], PICTURE[MASK])


@pytest.mark.parametrize("name", ON_GROUND)
def test_shapes_and_types_stay_also_without_an_object_and_with_nothing_else(name: str) -> None:
    for alpha in (np.zeros((64, 64), np.float32), np.ones((64, 64), np.float32)):
        drawn = ON_GROUND[name](PICTURE, alpha)
        assert (drawn.shape, drawn.dtype) == (PICTURE.shape, np.uint8)


def test_a_blurred_ground_keeps_its_own_colour_beside_the_object() -> None:
    drawn = effects.blur(PICTURE, HARD, 10)
    assert drawn[~MASK][:, 0].max() < 60  # no red from the disc


@given(st.integers(2, 30))
def test_no_pixel_of_a_pixelated_object_is_left(block: int) -> None:
    drawn = effects.pixelate(PICTURE, HARD, block)
    for y in range(0, 64, block):
        for x in range(0, 64, block):
            if MASK[y : y + block, x : x + block].any():
                part = drawn[y : y + block, x : x + block].reshape(-1, 3)
                assert (part == part[0]).all()


def test_a_soft_edge_follows_the_picture_and_keeps_to_the_edge() -> None:
    shifted = np.roll(MASK, 2, axis=1)  # a mask that is 2 pixels off
    alpha = effects.soft_alpha(PICTURE, shifted)
    assert ((alpha > 0.5) != MASK).sum() < 0.3 * (shifted != MASK).sum()
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert not effects.soft_alpha(PICTURE, np.zeros_like(MASK)).any()


def test_a_cut_out_is_straight_alpha() -> None:
    rgba = effects.cut_out(PICTURE, HARD * 0.5)
    assert np.array_equal(rgba[..., :3], PICTURE)
    assert set(np.unique(rgba[..., 3])) == {0, 128}


def test_an_erased_object_has_its_surroundings_colours() -> None:
    drawn = effects.erase(PICTURE, MASK)
    assert np.abs(drawn[MASK].mean(axis=0) - BLUE).max() < 25
    nothing = effects.erase(PICTURE, np.zeros_like(MASK))
    assert np.array_equal(nothing, PICTURE)
    assert np.array_equal(effects.erase(PICTURE, np.ones_like(MASK)), PICTURE)


def test_trails_are_fainter_the_older_and_lie_behind() -> None:
    ground = np.zeros((20, 60, 3), np.uint8)

    def at(x: int) -> tuple[Picture, effects.Alpha]:
        picture, alpha = ground.copy(), np.zeros((20, 60), np.float32)
        picture[5:15, x : x + 8], alpha[5:15, x : x + 8] = 200, 1
        return picture, alpha

    drawn = effects.trails(*at(40), [at(5), at(20)])
    assert drawn[10, 44, 0] == 200
    assert 0 < drawn[10, 8, 0] < drawn[10, 24, 0] < 200


def test_a_wipe_shows_both() -> None:
    black, white = np.zeros((4, 10, 3), np.uint8), np.full((4, 10, 3), 200, np.uint8)
    half = effects.wipe(black, white, 0.5)
    assert (half[:, :4] == 200).all()
    assert (half[:, 6:] == 0).all()
    assert np.array_equal(effects.wipe(black, white, 0), black)
    assert np.array_equal(effects.wipe(black, white, 1), white)
