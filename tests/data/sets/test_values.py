"""Items as values: what things may be called, how large regions are, and pixels where they lie."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing, VideoFrame, VideoItem
from masklet.errors import MediaError
from masklet.media.frames import open_frames
from masklet.media.rle import encode_mask
from tests.commands.conftest import write_video
from tests.data.sets.drawn_sets import SIZE, write_frames


def picture(file: Path | VideoFrame) -> PictureItem:
    return PictureItem("a", SIZE, file, (), FrameTruth())


def video(files: tuple[Path, ...] | Path, names: tuple[str, ...], fps: float | None = None) -> VideoItem:
    return VideoItem("v", SIZE, names, files, (), {}, fps)


@pytest.mark.parametrize("said", [3, ["dog"], {"name": "dog"}, True])
def test_names_and_categories_are_text(said: Any) -> None:
    assert Thing(1, "Rex", "dog") == Thing(1, name="Rex", category="dog")
    for field in ("name", "category"):
        with pytest.raises(TypeError, match="an object's name and category are text"):
            Thing(1, **{field: said})


def test_a_region_counts_its_pixels() -> None:
    mask = np.zeros(SIZE, bool)
    mask[2:5, 3:9] = True
    assert Region(1, encode_mask(mask)).area == 18


def test_values_are_frozen_and_share_no_fields() -> None:
    with pytest.raises(FrozenInstanceError):
        Thing(1).id = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        FrameTruth().regions = ()  # type: ignore[misc]
    assert Thing(1).extra is not Thing(2).extra
    assert (FrameTruth().regions, FrameTruth().absent, FrameTruth().void) == ((), frozenset(), None)


def test_a_picture_is_read_from_its_file(tmp_path: Path) -> None:
    (file,) = write_frames(tmp_path, 1)
    pixels = picture(file).pixels()
    assert pixels.shape == (*SIZE, 3) and pixels.dtype == np.uint8
    assert np.array_equal(pixels, np.asarray(Image.open(file)))


def test_a_picture_may_be_a_frame_of_a_video(tmp_path: Path) -> None:
    paths = [write_video(tmp_path / "a.mp4", 4), write_video(tmp_path / "b.mp4", 6)]
    for path, index in ((paths[0], 3), (paths[0], 1), (paths[1], 5), (paths[0], 3)):
        with open_frames(path) as frames:
            assert np.array_equal(picture(VideoFrame(path, index)).pixels(), frames[index])


@pytest.mark.parametrize("content", [None, b"neither picture nor video"], ids=["missing", "broken"])
def test_pixels_that_are_not_there_name_their_file(content: bytes | None, tmp_path: Path) -> None:
    for path in (tmp_path / "a.jpg", tmp_path / "a.mp4"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(MediaError, match=path.name):
            picture(path if path.suffix == ".jpg" else VideoFrame(path, 0)).pixels()
        with pytest.raises(MediaError, match=path.name), video(path, ("0",)).open_frames() as frames:
            _ = frames[0]


def test_a_video_is_as_long_as_its_frames_have_names(tmp_path: Path) -> None:
    item = video(tmp_path / "nowhere.mp4", ("a", "b", "c"))
    assert len(item) == 3
    assert len(video((), ())) == 0


def test_frames_of_pictures_come_in_their_order_at_the_items_rate(tmp_path: Path) -> None:
    files = write_frames(tmp_path, 3)
    turned = files[::-1]
    with video(turned, ("c", "b", "a"), 12.5).open_frames() as frames:
        assert (len(frames), float(frames.fps), tuple(frames.size)) == (3, 12.5, SIZE)
        for t, file in enumerate(turned):
            assert np.array_equal(frames[t], np.asarray(Image.open(file)))


def test_frames_of_a_video_file_are_its_own(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", 5)
    with video(path, tuple("abcde")).open_frames() as frames, open_frames(path) as alone:
        assert len(frames) == 5 and np.array_equal(frames[4], alone[4])
