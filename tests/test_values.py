"""The values that go in and out."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from masklet.values import Frame, ObjectFrame, Prompt

MASK = np.eye(4, dtype=bool)


def test_prompts_that_say_the_same_are_equal() -> None:
    assert Prompt(((1.0, 2.0),), (1,)) == Prompt(((1.0, 2.0),), (1,))
    assert Prompt(((1.0, 2.0),), (1,)) != Prompt(((1.0, 2.0),), (0,))
    assert Prompt(mask=MASK) == Prompt(mask=MASK.copy())
    assert Prompt(mask=MASK) != Prompt(mask=~MASK) != Prompt()
    assert Prompt(box=(0, 0, 1, 1)) != Prompt(box=(0, 0, 1, 2))
    assert Prompt() != "nothing"


def test_prompts_hold_arrays_and_are_no_keys() -> None:
    with pytest.raises(TypeError):
        hash(Prompt())


def test_a_frame_gives_its_objects_by_name() -> None:
    seen, gone = ObjectFrame(MASK, 0.9, 1.0), ObjectFrame(np.zeros((4, 4), bool), 0.2, 0.1)
    frame = Frame(3, {"dog": seen, "cat": gone}, np.zeros((4, 4, 3), np.uint8))
    assert frame["dog"] is seen and list(frame.objects) == ["dog", "cat"]
    assert seen.visible and not gone.visible
    with pytest.raises(KeyError):
        frame["bird"]
    with pytest.raises(FrozenInstanceError):
        frame.index = 4  # type: ignore[misc]
