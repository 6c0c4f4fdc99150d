"""Words of the command line, read into prompts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.commands.prompts import Said, read_prompts, with_masks
from masklet.errors import InputError, MediaError, PromptError
from masklet.values import Prompt

coordinates = st.floats(-1e6, 1e6, allow_nan=False)
names = st.from_regex(r"[A-Za-z0-9_\-äöü]{1,12}", fullmatch=True)


@given(coordinates, coordinates, st.integers(0, 10**9), names)
def test_a_point_is_read_as_it_was_written(x: float, y: float, frame: int, name: str) -> None:
    assert read_prompts([f"{x!r},{y!r}@{frame}={name}"]) == [Said(name, frame, Prompt(((x, y),), (1,)))]


@given(st.text(max_size=40))
def test_any_words_give_prompts_or_one_line(text: str) -> None:
    try:
        read_prompts([text], (), [text])
    except InputError as problem:
        assert str(problem).strip()


def test_clicks_of_one_object_on_one_frame_are_one_prompt() -> None:
    said = read_prompts(["1,2", "3,4"], ["5,6"], ["0,0,9,9"])
    assert said == [Said("object", 0, Prompt(((1, 2), (3, 4), (5, 6)), (1, 1, 0), (0, 0, 9, 9)))]


def test_prompts_come_in_order_of_frame_and_then_of_mention() -> None:
    said = read_prompts(["1,1@7=late", "2,2=b", "3,3=a"], [], ["0,0,4,4@7=b"])
    assert [(one.frame, one.name) for one in said] == [(0, "b"), (0, "a"), (7, "late"), (7, "b")]


@pytest.mark.parametrize(
    ("points", "nots", "boxes", "word"),
    [
        (["1"], [], [], "X,Y"),
        (["1,2,3"], [], [], "X,Y"),
        (["1,dog"], [], [], "X,Y"),
        (["nan,1"], [], [], "X,Y"),
        (["1,inf"], [], [], "X,Y"),
        (["1,2@"], [], [], "frame"),
        (["1,2@-3"], [], [], "frame"),
        (["1,2@x"], [], [], "frame"),
        (["1,2="], [], [], "name"),
        ([], ["1,2"], [], "--point"),
        ([], [], ["1,2,3"], "X0,Y0,X1,Y1"),
        ([], [], ["1,2,3,4", "5,6,7,8"], "second box"),
    ],
)
def test_what_cannot_be_meant_is_refused(points: list[str], nots: list[str], boxes: list[str], word: str) -> None:
    with pytest.raises(PromptError, match=word.replace(".", r"\.")) as caught:
        read_prompts(points, nots, boxes)
    assert "\n" not in str(caught.value)


def test_a_picture_has_no_frames() -> None:
    with pytest.raises(PromptError, match="no frames"):
        read_prompts(["1,2@3"], frames=False)


@pytest.fixture
def mask_file(tmp_path: Path) -> Path:
    mask = np.zeros((6, 8), np.uint8)
    mask[2:4, 3:7] = 255
    path = tmp_path / "m@2x=1.png"
    Image.fromarray(mask).save(path)
    return path


def test_a_mask_with_frame_and_name(mask_file: Path) -> None:
    (said,) = read_prompts(masks=[f"{mask_file}@12=cup"])
    assert (said.name, said.frame, said.mask_file) == ("cup", 12, mask_file)


def test_a_files_own_name_may_hold_at_and_equals(mask_file: Path) -> None:
    (said,) = read_prompts(masks=[str(mask_file)])
    assert (said.name, said.frame, said.mask_file) == ("object", 0, mask_file)


def test_a_mask_stands_alone(mask_file: Path) -> None:
    with pytest.raises(PromptError, match="stands alone"):
        read_prompts(["1,2"], masks=[str(mask_file)])
    with pytest.raises(PromptError, match="second mask"):
        read_prompts(masks=[str(mask_file), f"{mask_file}@0"])


def test_mask_files_are_read_at_the_pictures_size(mask_file: Path) -> None:
    said = read_prompts(["1,1=dot"], masks=[str(mask_file)])
    dot, outlined = with_masks(said, (6, 8))
    assert dot == said[0]
    assert outlined.prompt.mask is not None
    assert outlined.prompt.mask.sum() == 8
    with pytest.raises(PromptError, match="8x6.*6x8"):
        with_masks(said, (8, 6))


def test_a_mask_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="none"):
        with_masks(read_prompts(masks=[f"{tmp_path}/none.png@3"]), (6, 8))
