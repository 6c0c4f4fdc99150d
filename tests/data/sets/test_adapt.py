"""Pictures as videos, and videos as pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.data.sets.adapt import as_kind, picture_as_video, video_as_pictures
from masklet.data.sets.seam import Holds
from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing, VideoFrame, VideoItem
from masklet.media.rle import encode_mask
from tests.data.sets.drawn_sets import SIZE, blob, picture_items, said

RLE = encode_mask(blob(np.random.default_rng(0)))
DOG, CAT = Thing(3, "Rex", "dog"), Thing(7, None, "cat", extra={"tame": 1})
FILES = tuple(Path(f"{t}.png") for t in range(4))


def video(files: tuple[Path, ...] | Path = FILES) -> VideoItem:
    """On frame 2 the cat is absent; frame 0 has void alone; of 1 and 3 nothing is said."""
    truths = {2: FrameTruth((Region(3, RLE),), frozenset({7}), None), 0: FrameTruth((), frozenset(), RLE)}
    return VideoItem("a/b", SIZE, ("00000", "00005", "00010", "00015"), files, (DOG, CAT), truths, 24.0)


def test_what_is_of_the_kind_already_stays() -> None:
    one = video()
    assert list(as_kind(one, "videos")) == [one]
    (picture, *_) = video_as_pictures(one)
    assert list(as_kind(picture, "pictures")) == [picture]


def test_each_annotated_frame_becomes_a_picture_with_what_it_shows() -> None:
    first, second = as_kind(video(), "pictures")
    assert isinstance(first, PictureItem) and isinstance(second, PictureItem)
    assert (first.name, first.file, first.things) == ("a/b/00000", FILES[0], ())
    assert first.truth.void == RLE
    assert (second.name, second.file, second.things) == ("a/b/00010", FILES[2], (DOG,))
    assert [region.thing for region in second.truth.regions] == [3]
    assert not second.truth.absent  # a picture says nothing of what it does not show


def test_frames_of_a_video_file_stay_in_it() -> None:
    _, second = video_as_pictures(video(Path("clip.mp4")))
    assert second.file == VideoFrame(Path("clip.mp4"), 2)


@settings(max_examples=25)
@given(data=st.data())
def test_a_picture_is_a_video_of_one_frame_and_back(data: st.DataObject, frames: Path) -> None:
    item = data.draw(picture_items(Holds("pictures", void=True, names=True, categories=True), "p", frames))
    (one,) = as_kind(item, "videos")
    assert isinstance(one, VideoItem) and len(one) == 1
    assert (one.name, one.files, one.fps) == ("p", (item.file,), None)
    (back,) = video_as_pictures(picture_as_video(item))
    assert back.name == "p/00000"
    assert said(back)["truths"] == said(item)["truths"] and said(back)["things"] == said(item)["things"]
