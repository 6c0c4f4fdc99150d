"""Masks and prompts as JSON, and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from masklet.app.answers import prompt_to_json, to_json
from masklet.app.history import prompt_of
from masklet.values import ObjectFrame, Prompt
from tests.app.client import mask_of
from tests.session import drawn

MASK = drawn.truth(drawn.draw(3), drawn.RED)


def test_a_mask_goes_through_json_as_it_is() -> None:
    told = json.loads(json.dumps(to_json(ObjectFrame(MASK, np.float32(0.123456), 1.0))))
    assert np.array_equal(mask_of(told), MASK)
    assert (told["score"], told["presence"]) == (0.1235, 1.0)


@pytest.mark.parametrize(
    "said",
    [
        Prompt(((1.5, 2.0), (3.0, 4.0)), (1, 0), None, None),
        Prompt((), (), (1.0, 2.0, 30.0, 40.0), None),
        Prompt((), (), None, MASK),
    ],
)
def test_a_prompt_comes_back_from_the_journal_as_it_was_said(said: Prompt) -> None:
    again = prompt_of(json.loads(json.dumps(prompt_to_json(said))))
    assert (again.points, again.labels, again.box) == (said.points, said.labels, said.box)
    assert np.array_equal(again.mask, said.mask) if said.mask is not None else again.mask is None
