from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from masklet.bench.quality import measure_pictures, measure_videos, thinned
from masklet.data.sets.layouts import open_set
from masklet.evaluate.answers import Progress
from masklet.evaluate.summary import over_objects
from tests.bench.runtimes import contestants
from tests.data.drawn import davis_folder, picture_folder

bars: list[str] = []


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    bars.append(what)
    yield lambda done, total: None


@pytest.fixture(autouse=True)
def no_bars() -> None:
    bars.clear()


def test_all_are_asked_about_the_same_pictures(tmp_path: Path) -> None:
    pictures = open_set(picture_folder(tmp_path / "sets/dev"))
    quality = measure_pictures(contestants(), pictures, (1, 2), 2, bar)
    assert (quality.name, quality.measured, quality.of) == ("sets/dev", 2, 6)
    first, second = quality.reports
    assert [one.sequence for one in first] == [one.sequence for one in second]
    assert len({one.sequence for one in first}) == 2
    assert over_objects(first)["iou@1"] == over_objects(second)["iou@1"] > 0.6  # both see regions of one colour
    assert bars == ["pictures, films", "pictures, pictures"]


def test_videos_are_for_those_who_follow_them(tmp_path: Path) -> None:
    videos = open_set(davis_folder(tmp_path, {"run": 3, "walk": 4}))
    quality = measure_videos(contestants(), videos, ("mask", 1), None, bar)
    assert (quality.measured, quality.of, quality.given) == (2, 2, ("mask", 1))
    followed, none = quality.reports
    assert none is None
    assert followed is not None
    assert [len(items) for items in followed] == [6, 6]
    assert over_objects(followed[0])["jf"] > 0.4
    assert bars == ["videos, films, mask", "videos, films, 1 click"]
    assert measure_videos(contestants(), videos, ("box",), 1, bar).measured == 1


def test_a_part_is_spread_over_the_whole() -> None:
    assert thinned([str(i) for i in range(10)], 3) == ["0", "3", "6"]
    assert thinned(["a", "b"], 5) == thinned(["a", "b"], None) == ["a", "b"]
