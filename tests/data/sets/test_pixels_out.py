"""Pictures and videos into files: byte for byte where a format takes them, and every pixel when that is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.pixels_out import copies_frames, copies_video, write_frames, write_still, write_video
from masklet.data.sets.values import FrameTruth, PictureItem, VideoFrame, VideoItem
from masklet.media.frames import open_frames
from masklet.media.picture import read_picture
from tests.data.sets import drawn_sets
from tests.data.sets.drawn_sets import SIZE


@pytest.fixture
def frames(tmp_path: Path) -> VideoItem:
    files = drawn_sets.write_frames(tmp_path / "in", 3)
    return VideoItem("v", SIZE, ("0", "5", "10"), files, (), {}, 12.0)


@pytest.fixture
def film(frames: VideoItem, tmp_path: Path) -> VideoItem:
    write_video(frames, tmp_path / "exact.mp4", exact=True)
    return replace(frames, files=tmp_path / "exact.mp4")


def test_picture_files_are_copied(frames: VideoItem, tmp_path: Path) -> None:
    assert (copies_frames(frames), copies_video(frames)) == (True, False)
    assert write_frames(frames, tmp_path / "out", exact=False) == ["0.png", "5.png", "10.png"]
    assert isinstance(frames.files, tuple)
    assert (tmp_path / "out/5.png").read_bytes() == frames.files[1].read_bytes()


def test_an_exact_video_keeps_every_pixel_and_the_rate(frames: VideoItem, film: VideoItem, tmp_path: Path) -> None:
    assert isinstance(film.files, Path)
    with open_frames(film.files) as back, frames.open_frames() as wanted:
        assert float(back.fps) == 12.0
        assert [np.array_equal(one, other) for one, other in zip(back, wanted, strict=True)] == [True] * 3
    assert (copies_frames(film), copies_video(film)) == (False, True)
    write_video(film, tmp_path / "again.mp4", exact=False)
    assert (tmp_path / "again.mp4").read_bytes() == film.files.read_bytes()


def test_a_videos_frames_become_pictures(frames: VideoItem, film: VideoItem, tmp_path: Path) -> None:
    assert write_frames(film, tmp_path / "some", exact=False) == ["0.jpg", "5.jpg", "10.jpg"]
    assert write_frames(film, tmp_path / "exact", exact=True) == ["0.png", "5.png", "10.png"]
    assert isinstance(frames.files, tuple)
    for name, file in zip(("0", "5", "10"), frames.files, strict=True):
        assert np.array_equal(read_picture(tmp_path / f"exact/{name}.png"), read_picture(file))


def test_a_still_is_copied_or_written_with_the_suffix_that_is_wanted(film: VideoItem, tmp_path: Path) -> None:
    (file, *_) = drawn_sets.write_frames(tmp_path / "in", 3)
    still = PictureItem("p", SIZE, file, (), FrameTruth())
    assert write_still(still, tmp_path / "copy", exact=False) == ".png"
    assert (tmp_path / "copy.png").read_bytes() == file.read_bytes()
    assert write_still(still, tmp_path / "deep/jpeg", exact=True, suffix=".jpg") == ".jpg"
    assert read_picture(tmp_path / "deep/jpeg.jpg").shape == (*SIZE, 3)
    assert isinstance(film.files, Path)
    moment = replace(still, file=VideoFrame(film.files, 0))
    assert write_still(moment, tmp_path / "moment", exact=True) == ".png"
    assert np.array_equal(read_picture(tmp_path / "moment.png"), read_picture(file))
