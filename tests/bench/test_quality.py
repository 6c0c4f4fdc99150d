from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from masklet.bench.quality import Progress, measure_pictures, measure_videos
from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
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
    pictures = PictureSet(picture_folder(tmp_path / "sets/dev"))
    quality = measure_pictures(contestants(), pictures, (1, 2), 2, bar)
    assert (quality.name, quality.measured, quality.of) == ("sets/dev", 2, 6)
    first, second = quality.reports
    assert [one.picture for one in first.objects] == [one.picture for one in second.objects]
    assert len({one.picture for one in first.objects}) == 2
    assert first.over_objects(1) == second.over_objects(1) > 0.6  # both see regions of one colour
    assert bars == ["pictures, films", "pictures, pictures"]


def test_videos_are_for_those_who_follow_them(tmp_path: Path) -> None:
    videos = DavisSet(davis_folder(tmp_path, {"run": 3, "walk": 4}))
    quality = measure_videos(contestants(), videos, ("mask", 1), None, bar)
    assert (quality.measured, quality.of, quality.given) == (2, 2, ("mask", 1))
    followed, none = quality.reports
    assert none is None
    assert followed is not None
    assert [one.given for one in followed] == ["mask", 1]
    assert len(followed[0].objects) == 6
    assert followed[0].over_objects().jf > 0.4
    assert bars == ["videos, films, mask", "videos, films, 1 click"]
    assert measure_videos(contestants(), videos, ("box",), 1, bar).measured == 1
