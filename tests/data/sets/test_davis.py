"""DAVIS: its two years told apart, and its lists; that what is written comes back is in test_round_trips."""

from __future__ import annotations

from pathlib import Path

from masklet.data.sets.davis import Davis
from masklet.data.sets.issues import Issues
from masklet.data.sets.values import About, VideoItem
from tests.data.sets.drawn_sets import read_set, write_frames, write_set
from tests.data.sets.test_readers import MADE, davis_2016


def test_the_two_years_are_told_apart_by_their_annotations(tmp_path: Path) -> None:
    for year, folder in ((2016, davis_2016(tmp_path / "a")), (2017, MADE["davis-2017"](tmp_path / "b"))):
        assert [one for one in (2016, 2017) if Davis(one).recognise(folder)] == [year]  # type: ignore[arg-type]
    assert not Davis(2017).recognise(tmp_path)


def test_without_marks_the_lists_tell_the_year(tmp_path: Path) -> None:
    folder = MADE["davis-2017"](tmp_path)
    (folder / "ImageSets/480p").mkdir(parents=True)
    assert Davis(2016).recognise(folder)


def test_lists_name_videos_in_either_years_way(tmp_path: Path) -> None:
    folder = MADE["davis-2017"](tmp_path)
    (folder / "ImageSets/2017").mkdir(parents=True)
    (folder / "ImageSets/2017/val.txt").write_text("v\n\nnowhere\n")
    (folder / "ImageSets/480p").mkdir()
    pair = "/JPEGImages/480p/v/{0}.jpg /Annotations/480p/v/{0}.png\n"
    (folder / "ImageSets/480p/train.txt").write_text(pair.format("00000") + pair.format("00001"))
    issues = Issues()
    assert dict(Davis(2017).open(folder, issues).about.splits) == {"val": ("v",)}
    assert "there is no video 'nowhere'" in str([*issues])
    assert dict(Davis(2016).open(folder, Issues()).about.splits) == {"train": ("v",)}


def test_the_lists_of_a_set_are_written_or_one_of_all(tmp_path: Path) -> None:
    (item,) = read_set(Davis(2017), MADE["davis-2017"](tmp_path / "in"))
    assert isinstance(item, VideoItem)
    out = write_set(Davis(2017), [item], tmp_path / "out", About(splits={"val": ("v",)}))
    assert [path.name for path in (out / "ImageSets/2017").iterdir()] == ["val.txt"]
    out = write_set(Davis(2016), read_set(Davis(2016), davis_2016(tmp_path / "one")), tmp_path / "old")
    lines = (out / "ImageSets/480p/train.txt").read_text().splitlines()
    assert lines[1] == "/JPEGImages/480p/v/00001.jpg /Annotations/480p/v/00001.png"
    assert len(lines) == len(write_frames(tmp_path / "four", 4))
