"""Contact sheets: which items and frames, how they are laid out, and what is drawn."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.layouts import layout_named, open_set
from masklet.data.sets.seam import DataSet
from masklet.data.sets.sheet import draw_sheet, spread
from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing, VideoItem
from masklet.errors import MediaError
from masklet.media.rle import encode_mask
from tests.data.drawn import GREY, picture_folder
from tests.data.sets.drawn_sets import write_set

SIZE = (48, 64)
CAPTION, GAP, BLANK = 22, 4, 128
LEFT, RIGHT = (slice(8, 40), slice(4, 28)), (slice(8, 40), slice(36, 60))
IN_LEFT, IN_RIGHT = (24, 16), (24, 48)


def flat(path: Path, size: tuple[int, int] = SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size[1], size[0]), GREY).save(path)
    return path


def region(thing: int, where: tuple[slice, slice]) -> Region:
    mask = np.zeros(SIZE, bool)
    mask[where] = True
    return Region(thing, encode_mask(mask))


def videos(folder: Path) -> DataSet:
    """Of flat frames: in "a" objects 3 and 8 swap sides, then 3 is away; "b" has one annotated frame of its two."""
    files = tuple(flat(folder / f"frames/{t}.png") for t in range(4))
    swapping = {
        0: FrameTruth((region(3, LEFT), region(8, RIGHT))),
        1: FrameTruth((region(8, LEFT), region(3, RIGHT))),
        3: FrameTruth((region(8, LEFT),), frozenset({3})),
    }
    names = tuple(f"{t:05d}" for t in range(4))
    things = (Thing(3), Thing(8))
    first = VideoItem("a", SIZE, names, files, things, swapping)
    second = VideoItem("b", SIZE, names[:2], files[:2], (Thing(3),), {1: FrameTruth((region(3, LEFT),))})
    return open_set(write_set(layout_named("davis-2017"), [first, second], folder / "set"))


def cell(sheet: np.ndarray, row: int, column: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """One picture of a sheet, without its caption."""
    top, left = row * (size[0] + CAPTION + GAP), column * (size[1] + GAP)
    return sheet[top : top + size[0], left : left + size[1]]


def test_a_video_has_a_row_of_its_annotated_frames(tmp_path: Path) -> None:
    sheet = draw_sheet(videos(tmp_path), frames=3, width=64)
    assert sheet.shape == (2 * (48 + CAPTION) + GAP, 3 * 64 + 2 * GAP, 3) and sheet.dtype == np.uint8
    drawn = [(cell(sheet, 0, column) != GREY).any(axis=2) for column in range(3)]
    assert [(one[IN_LEFT], one[IN_RIGHT]) for one in drawn] == [(True, True), (True, True), (True, False)]
    assert (cell(sheet, 1, 0) != GREY).any()  # the annotated frame of "b", which is not its first
    for column in (1, 2):  # it has no more
        assert (cell(sheet, 1, column) == BLANK).all()


def test_an_object_keeps_its_colour_through_its_video(tmp_path: Path) -> None:
    sheet = draw_sheet(videos(tmp_path), frames=3, width=64)
    three, eight = (tuple(cell(sheet, 0, 0)[at]) for at in (IN_LEFT, IN_RIGHT))
    assert three != eight
    assert (tuple(cell(sheet, 0, 1)[IN_RIGHT]), tuple(cell(sheet, 0, 1)[IN_LEFT])) == (three, eight)
    assert tuple(cell(sheet, 0, 2)[IN_LEFT]) == eight


def test_fewer_frames_are_spread_over_the_video(tmp_path: Path) -> None:
    sheet, whole = (draw_sheet(videos(tmp_path / str(n)), items=1, frames=n, width=64) for n in (2, 3))
    assert np.array_equal(cell(sheet, 0, 0), cell(whole, 0, 0))
    assert np.array_equal(cell(sheet, 0, 1), cell(whole, 0, 2))


@pytest.mark.parametrize(("items", "rows", "columns"), [(1, 1, 1), (3, 2, 2), (6, 2, 3), (30, 5, 4)])
def test_pictures_stand_in_rows_of_four_at_most(items: int, rows: int, columns: int, tmp_path: Path) -> None:
    file = flat(tmp_path / "a.jpg")
    drawn = [PictureItem(f"{n:02d}", SIZE, file, (Thing(1),), FrameTruth((region(1, LEFT),))) for n in range(20)]
    sheet = draw_sheet(open_set(write_set(layout_named("plain"), drawn, tmp_path / "set")), items=items, width=32)
    assert sheet.shape == (rows * (24 + CAPTION + GAP) - GAP, columns * (32 + GAP) - GAP, 3)


def test_an_upright_picture_is_no_higher_than_the_width(tmp_path: Path) -> None:
    size = (80, 20)
    mask = np.zeros(size, bool)
    mask[:, :10] = True
    truth = FrameTruth((Region(1, encode_mask(mask)),))
    item = PictureItem("a", size, flat(tmp_path / "a.jpg", size), (Thing(1),), truth)
    sheet = draw_sheet(open_set(write_set(layout_named("plain"), [item], tmp_path / "set")), width=40)
    assert sheet.shape == (40 + CAPTION, 10, 3)  # and its long name is cut to that


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path, 2)
    whole = draw_sheet(open_set(folder), width=64)
    (folder / "b/001.png").write_bytes(b"no label map")
    data = open_set(folder, issues=Issues())
    assert draw_sheet(data, width=64).shape[1] < whole.shape[1]
    assert len(data.issues) == 1
    (folder / "a/000.png").write_bytes(b"no label map")
    with pytest.raises(DataError, match=f"^{folder}: none of the set's items can be shown"):
        draw_sheet(open_set(folder), width=64)


def test_a_broken_picture_is_told_by_name(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path, 1)
    path = folder / "a/000.jpg"
    path.write_bytes(path.read_bytes()[:900])  # its head is whole
    with pytest.raises(MediaError, match=r"a/000\.jpg"):
        draw_sheet(open_set(folder))


@given(st.integers(0, 60), st.integers(1, 20))
def test_a_spread_is_even_in_order_and_begins_at_the_first(there: int, count: int) -> None:
    names = [f"{n:02d}" for n in range(there)]
    found = spread(names, count)
    assert len(found) == min(there, count) and found[:1] == names[:1]
    steps = {int(b) - int(a) for a, b in pairwise(found)}
    assert not steps or (min(steps) >= 1 and max(steps) - min(steps) <= 1)
    assert not found or int(found[-1]) >= there - ceil(there / count)  # as near to the end as steps are long
