"""What a set holds, counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.sets.charts import draw_stats
from masklet.data.sets.issues import Issues
from masklet.data.sets.layouts import layout_named, open_set
from masklet.data.sets.stats import comes_back, measure
from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing, VideoItem
from masklet.media.rle import encode_mask
from tests.data.sets.drawn_sets import SIZE, write_frames, write_set


def area(pixels: int) -> dict:
    mask = np.zeros(SIZE, bool)
    mask.ravel()[:pixels] = True
    return encode_mask(mask)


@pytest.fixture()
def videos(frames: Path, tmp_path: Path) -> Path:
    files = write_frames(frames, 6)
    names = tuple(f"{t:05d}" for t in range(6))
    back = {t: FrameTruth((Region(1, area(43)),)) if t != 3 else FrameTruth((), frozenset({1})) for t in (1, 3, 5)}
    gone = {
        0: FrameTruth((Region(1, area(4)), Region(2, area(2)))),
        1: FrameTruth((Region(2, area(6)),), frozenset({1})),
    }
    items = [
        VideoItem("back", SIZE, names, files, (Thing(1, None, "dog"),), back, 12.0),
        VideoItem("gone", SIZE, names[:2], files[:2], (Thing(1, None, "dog"), Thing(2), Thing(3)), gone, 24.0),
    ]
    return write_set(layout_named("coco-videos"), items, tmp_path / "set")


def test_videos_are_counted_as_the_sav_paper_counts(videos: Path) -> None:
    stats = measure(open_set(videos))
    assert (stats.items, stats.frames, stats.annotated_frames, stats.objects, stats.masks) == (2, 8, 5, 4, 5)
    assert stats.seconds == pytest.approx(6 / 12 + 2 / 24)
    assert stats.disappear == 1 / 4
    assert stats.mean_size == pytest.approx((43 + 43 + 4 + 2 + 6) / 5 / (18 * 24))
    assert stats.below_tenth == 1.0
    assert stats.mean_duration == pytest.approx((5 / 12 + 1 / 24 + 2 / 24) / 3)
    assert dict(stats.categories) == {"dog": 2}
    assert stats.resolutions == (((24, 18), 2),)
    assert sum(stats.sizes.counts) == 5
    assert stats.sizes.counts[4:7] == (2, 1, 2)  # of 432 pixels 2 and 4 are under 1 %, 6 is under 3 %, 43 under 10 %
    assert sum(stats.per_item.counts) == 2
    assert stats.as_json()["masklets"] == 4


def test_without_a_rate_durations_are_in_frames(videos: Path, tmp_path: Path, frames: Path) -> None:
    item = open_set(videos).read("back")
    assert isinstance(item, VideoItem)
    plain = write_set(layout_named("davis-2017"), [item], tmp_path / "plain")
    stats = measure(open_set(plain))
    assert (stats.hours, stats.duration_unit, stats.mean_duration) == (None, "frames", 5.0)
    assert measure(open_set(plain), fps=10).seconds == pytest.approx(0.6)


def test_pictures_have_objects_and_no_durations(frames: Path, tmp_path: Path) -> None:
    file = write_frames(frames, 1)[0]
    item = PictureItem("a", SIZE, file, (Thing(1), Thing(2)), FrameTruth((Region(1, area(9)), Region(2, area(300)))))
    folder = write_set(layout_named("sa-1b"), [item], tmp_path / "set")
    stats = measure(open_set(folder))
    assert (stats.items, stats.objects, stats.disappear, stats.seconds, stats.mean_duration) == (1, 2, None, None, None)
    assert stats.below_tenth == 0.5
    assert draw_stats(stats).shape[2] == 3


@given(st.lists(st.booleans()))
def test_coming_back_is_seen_gone_seen(visible: list[bool]) -> None:
    text = "".join("x" if one else "." for one in visible).strip(".")
    assert comes_back(visible) == ("." in text)


def test_a_chart_shows_its_bars(videos: Path) -> None:
    drawn = draw_stats(measure(open_set(videos)))
    assert drawn.dtype == np.uint8
    for colour in ((0, 145, 255), (255, 120, 0), (0, 190, 120)):
        assert (drawn == colour).all(axis=2).sum() > 1000, colour


def test_items_that_cannot_be_read_are_not_counted(videos: Path) -> None:
    (videos / "images/back/00000.png").write_bytes(b"broken")
    data = open_set(videos, issues=Issues())
    stats = measure(data)
    assert stats.items == 1
    assert data.issues.counts == {"picture broken": 1}
