"""What crosses the seam between sessions and networks: sizes, empty prompts, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masklet.errors import InputError, ModelError
from masklet.runtime.protocol import NetworkPrompt, Opening, Recollection, RuntimeFacts, letterboxed, pictures_alone
from tests.session.fake_runtime import FakeRuntime

SIDES = st.integers(1, 5000)


@given(SIDES, SIDES, st.integers(1, 2048))
@example(13, 26, 15)  # 7.5 rows, but for the rounding of the scale
@example(1, 5000, 8)
def test_a_letterboxed_picture_fills_the_square_one_way_and_keeps_its_proportions(h: int, w: int, side: int) -> None:
    height, width = letterboxed((h, w), side)
    assert max(height, width) == side
    scale = side / max(h, w)
    assert height >= 1
    assert width >= 1
    assert height == pytest.approx(max(1, h * scale), abs=0.5 + 1e-9)
    assert width == pytest.approx(max(1, w * scale), abs=0.5 + 1e-9)


@given(SIDES, SIDES, st.integers(1, 2048))
def test_a_picture_on_its_side_is_letterboxed_on_its_side(h: int, w: int, side: int) -> None:
    assert letterboxed((w, h), side) == letterboxed((h, w), side)[::-1]


@given(SIDES, SIDES, st.integers(1, 2048))
def test_what_is_letterboxed_stays_when_it_is_letterboxed_again(h: int, w: int, side: int) -> None:
    once = letterboxed((h, w), side)
    assert letterboxed(once, side) == once


def test_a_network_without_a_memory_is_refused_in_one_line_that_helps() -> None:
    error = pictures_alone("sam-vit-b")
    assert isinstance(error, ModelError)
    assert isinstance(error, InputError)
    assert str(error).startswith("sam-vit-b knows pictures alone")
    assert "choose a model that has a memory, such as nano" in str(error)
    assert "\n" not in str(error)


def test_a_prompt_without_anything_has_no_points_of_the_right_kind() -> None:
    prompt = NetworkPrompt()
    assert (prompt.points.shape, prompt.points.dtype) == ((0, 2), np.float32)
    assert (prompt.labels.shape, prompt.labels.dtype) == ((0,), np.int64)
    assert prompt.points is not NetworkPrompt().points


def test_prompts_and_recollections_are_told_apart_by_identity() -> None:
    """They hold arrays, whose comparison is not one truth."""
    for make in (NetworkPrompt, Recollection):
        one = make()
        assert one == one
        assert one != make()


def test_a_runtime_without_anything_to_open_is_not_asked_to() -> None:
    assert not isinstance(FakeRuntime(), Opening)


def test_decoding_may_have_a_precision_of_its_own() -> None:
    alike = RuntimeFacts("torch", "cpu", "bfloat16", 1, 0)
    apart = replace(alike, decodes_in="float32")
    verbs = "see", "recall", "decode", "remember"
    assert [alike.precision_of(verb) for verb in verbs] == ["bfloat16"] * 4
    assert [apart.precision_of(verb) for verb in verbs] == ["bfloat16", "bfloat16", "float32", "bfloat16"]
