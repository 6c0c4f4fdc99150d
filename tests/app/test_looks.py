"""Looks: what JSON says, and what the renderer makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.app.looks import EFFECTS, Look, Renderer, look_from
from masklet.errors import InputError
from masklet.media.frames import open_frames
from tests.session import drawn

COLOURS = {"a": (0, 255, 0), "b": (255, 0, 255)}


def masks(number: int) -> dict[str, np.ndarray]:
    picture = drawn.draw(number)
    return {"a": drawn.truth(picture, drawn.RED), "b": drawn.truth(picture, drawn.BLUE)}


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_draws_every_frame_also_without_masks(effect: str) -> None:
    background = open_frames(drawn.clip(3))
    for soft in (False, True):
        renderer = Renderer(look_from({"effect": effect, "soft": soft}), COLOURS, background)
        for number in range(6):
            drawn_masks = {} if number == 2 else masks(number)
            picture = renderer.draw(drawn.draw(number), drawn_masks, number, 6)
            assert picture.shape == (drawn.HEIGHT, drawn.WIDTH, 4 if effect == "cutout" else 3)
            assert picture.dtype == np.uint8


def test_only_the_chosen_objects_are_changed() -> None:
    picture, held = drawn.draw(3), masks(3)
    changed = Renderer(Look("highlight", objects=("b",)), COLOURS).draw(picture, held, 3, 9)
    assert np.array_equal(changed[held["a"]], picture[held["a"]])
    assert not np.array_equal(changed[held["b"]], picture[held["b"]])


def test_what_json_says() -> None:
    look = look_from({"effect": "colour", "colour": "#0102ff", "strength": 7, "objects": ["x"]})
    assert look == Look("colour", "background", ("x",), 1.0, (1, 2, 255), False)
    for wrong in ({}, {"effect": "grey", "strength": "much"}, {"effect": "colour", "colour": "green"}):
        with pytest.raises(InputError):
            look_from(wrong)
    with pytest.raises(InputError, match="no effect 'sparkle'"):
        Renderer(look_from({"effect": "sparkle"}), {})
    with pytest.raises(InputError, match="needs the video"):
        Renderer(Look("video"), {})
