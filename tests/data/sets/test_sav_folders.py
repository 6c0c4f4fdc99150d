"""SA-V's folders: their rates and lists, and masks object by object; faults are in test_readers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.label_maps import read_label_map
from masklet.data.sets.sav_folders import SavFolders
from masklet.data.sets.values import About, FrameTruth, Thing, VideoItem
from tests.data.drawn import save_palette
from tests.data.sets.drawn_sets import read_set, write_frames, write_set
from tests.data.sets.test_readers import MADE, labels, sav_folders


def opened(folder: Path) -> VideoItem:
    (item,) = read_set(SavFolders(), folder)
    assert isinstance(item, VideoItem)
    return item


def test_pictures_with_a_rate_mark_it(tmp_path: Path) -> None:
    assert SavFolders().recognise(sav_folders(tmp_path / "a"))
    assert not SavFolders().recognise(MADE["davis-2017"](tmp_path / "b"))
    with pytest.raises(DataError, match=r"b: no folder JPEGImages_24fps here"):
        SavFolders().open(tmp_path / "b", Issues())


def test_the_folders_names_tell_the_rate(tmp_path: Path) -> None:
    folder = sav_folders(tmp_path)
    (folder / "JPEGImages_24fps").rename(folder / "JPEGImages_12.5fps")
    (folder / "Annotations_6fps").rename(folder / "Annotations_3fps")
    item = opened(folder)
    assert item.fps == 12.5 and len(item.things) == 2


def test_videos_are_sorted_and_need_no_annotations(tmp_path: Path) -> None:
    folder = sav_folders(tmp_path)
    for name in ("w", "a"):
        write_frames(folder / "JPEGImages_24fps" / name, 2, suffix=".jpg")
    data = SavFolders().open(folder, Issues(strict=True))
    assert data.names() == ["a", "v", "w"]
    item = data.read("a")
    assert item is not None and (item.things, item.truths, len(item)) == ((), {}, 2)


def test_annotations_without_pictures_are_told(tmp_path: Path) -> None:
    folder = sav_folders(tmp_path)
    (folder / "Annotations_6fps/gone/000").mkdir(parents=True)
    data = SavFolders().open(folder, Issues())
    assert data.names() == ["v"]
    (told,) = map(str, data.issues)
    assert told.startswith(f"{folder / 'Annotations_6fps/gone'}: ")


@pytest.mark.parametrize(
    ("frame", "size", "said"), [(9, None, "a frame that has no picture"), (0, (5, 6), "6x5 pixels, the video 24x18")]
)
def test_a_mask_that_does_not_fit_is_told_and_the_others_stay(
    frame: int, size: tuple[int, int] | None, said: str, tmp_path: Path
) -> None:
    folder = sav_folders(tmp_path)
    path = folder / f"Annotations_6fps/v/003/{frame:05d}.png"
    save_palette(labels(n1=(1, 1)) if size is None else np.ones(size), path)
    data = SavFolders().open(folder, Issues())
    item = data.read("v")
    assert item is not None and {region.thing for region in item.truths[0].regions} >= {0}
    (told,) = map(str, data.issues)
    assert told.startswith(f"{path}: ") and said in told


def test_any_number_marks_the_object(tmp_path: Path) -> None:
    folder = sav_folders(tmp_path)
    save_palette(labels(n7=(1, 1)), folder / "Annotations_6fps/v/000/00000.png")
    regions = {region.thing: region.area for region in opened(folder).truths[0].regions}
    assert regions == {0: 16, 3: 16}


def test_a_text_that_names_no_video_is_no_list(tmp_path: Path) -> None:
    folder = sav_folders(tmp_path)
    (folder / "LICENSE.txt").write_text("Creative Commons\n")
    (folder / "sav_test.txt").write_text("v\n\nv\n")
    data = SavFolders().open(folder, Issues(strict=True))
    assert dict(data.about.splits) == {"sav_test": ("v",), "sav_val": ("v",)}


def test_absent_is_an_empty_mask_and_unsaid_is_none(tmp_path: Path) -> None:
    item = opened(sav_folders(tmp_path / "in"))
    out = write_set(SavFolders(), [item], tmp_path / "out")
    written = {str(path.relative_to(out / "Annotations_6fps")) for path in out.glob("Annotations_6fps/**/*.png")}
    assert written == {"v/000/00000.png", "v/000/00004.png", "v/003/00000.png", "v/003/00004.png"}
    assert not read_label_map(out / "Annotations_6fps/v/003/00004.png").any()
    assert set(np.unique(read_label_map(out / "Annotations_6fps/v/000/00000.png"))) == {0, 1}


def test_an_object_of_which_nothing_is_said_has_an_empty_folder(tmp_path: Path) -> None:
    item = opened(sav_folders(tmp_path / "in"))
    given = replace(item, things=(*item.things, Thing(12)), truths={0: FrameTruth(item.truths[0].regions)})
    back = opened(write_set(SavFolders(), [given], tmp_path / "out"))
    assert [thing.id for thing in back.things] == [0, 3, 12]
    assert back.truths[0].absent == frozenset()


def test_the_lists_of_a_set_are_written_or_one_of_all(tmp_path: Path) -> None:
    item = opened(sav_folders(tmp_path / "in"))
    items = [replace(item, name=name) for name in ("b", "a")]
    out = write_set(SavFolders(), items, tmp_path / "one")
    assert [(path.name, path.read_text()) for path in out.glob("*.txt")] == [("sav_val.txt", "b\na\n")]
    out = write_set(SavFolders(), items, tmp_path / "two", About(splits={"sav_test": ("a",), "mine": ("b",)}))
    assert {path.name: path.read_text() for path in out.glob("*.txt")} == {"sav_test.txt": "a\n", "mine.txt": "b\n"}
