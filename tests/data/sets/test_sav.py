"""SA-V's training set: where its files lie, which masklets are read, and which frames rows are of; faults in the JSON
are in test_readers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.sav import Sav, joined, read_masklets
from masklet.data.sets.values import FrameTruth, Thing, VideoItem
from tests.data.sets.drawn_sets import SIZE, read_set, write_frames, write_set
from tests.data.sets.test_readers import plain, rle, sav

NAME = "sav_000001"


def opened(folder: Path, **how: Any) -> VideoItem:
    (item,) = read_set(Sav(), folder, **how)
    assert isinstance(item, VideoItem)
    return item


def test_masklets_beside_a_video_mark_it(tmp_path: Path) -> None:
    assert Sav().recognise(sav(tmp_path / "a"))
    assert Sav().recognise(sav(tmp_path / "b/sav_000").parent)
    assert not Sav().recognise(plain(tmp_path / "c"))


def test_names_are_sorted_over_all_folders(tmp_path: Path) -> None:
    sav(tmp_path, "sav_2")
    sav(tmp_path / "sav_001", "sav_3")
    sav(tmp_path / "sav_000", "sav_1")
    data = Sav().open(tmp_path, Issues(strict=True))
    assert data.names() == ["sav_1", "sav_2", "sav_3"]
    item = data.read("sav_1")
    assert item is not None and item.files == tmp_path / "sav_000/sav_1.mp4"


def test_a_name_that_two_folders_have_is_told_and_the_first_read(tmp_path: Path) -> None:
    for inner in ("sav_000", "sav_001"):
        sav(tmp_path / inner)
    data = Sav().open(tmp_path, Issues())
    assert data.names() == [NAME]
    (told,) = map(str, data.issues)
    assert told == f"{tmp_path / 'sav_001' / NAME}.mp4: {tmp_path / 'sav_000'} has a video of that name"
    item = data.read(NAME)
    assert item is not None and item.files == tmp_path / f"sav_000/{NAME}.mp4"


@pytest.mark.parametrize(("which", "found"), [("manual", ["manual"]), ("auto", ["auto"]), ("both", ["manual", "auto"])])
def test_masklets_by_hand_by_a_model_or_both(which: str, found: list[str], tmp_path: Path) -> None:
    folder = sav(tmp_path, masklet_type=["manual", "manual"])
    auto = json.loads((folder / f"{NAME}_manual.json").read_text()) | {"masklet_type": ["auto", "auto"]}
    (folder / f"{NAME}_auto.json").write_text(json.dumps(auto))
    kinds = [thing.extra["masklet_type"] for thing in opened(folder, which=which).things]
    assert list(dict.fromkeys(kinds)) == found and len(kinds) == 2 * len(found)


def test_a_model_that_speaks_of_another_video_is_told_and_left_out(tmp_path: Path) -> None:
    folder = sav(tmp_path)
    auto = json.loads((folder / f"{NAME}_manual.json").read_text())
    auto |= {"video_frame_count": 3.0, "masklet": [[rle(1, 1), rle(9, 9)]] * 3}
    (folder / f"{NAME}_auto.json").write_text(json.dumps(auto))
    data = Sav().open(folder, Issues())
    item = data.read(NAME)
    assert item is not None and (len(item), len(item.things)) == (9, 2)
    (told,) = map(str, data.issues)
    assert told == f"{folder / NAME}_auto.json: speaks of another size or length than the manual one"


@pytest.mark.parametrize(
    ("count", "rows", "frames"),
    [(9, 3, [0, 4, 8]), (3, 3, [0, 1, 2]), (8, 2, [0, 4]), (5, 3, [0, 2, 4]), (1, 1, [0])],
    ids=["every fourth", "all", "every fourth of eight", "every second", "one frame"],
)
def test_rows_tell_their_frames_by_their_number(count: int, rows: int, frames: list[int], tmp_path: Path) -> None:
    fields = {"video_frame_count": float(count), "masklet": [[rle(1, 1), rle(9, 9)]] * rows}
    assert sorted(opened(sav(tmp_path, **fields)).truths) == frames


def test_rows_may_name_their_frames_and_objects_theirs(tmp_path: Path) -> None:
    said = {"annotated_frames": [0, 5, 7], "masklet_annotated_frames": [None, [5]]}
    item = opened(sav(tmp_path, **said))
    assert {t: ({r.thing for r in one.regions}, set(one.absent)) for t, one in item.truths.items()} == {
        0: ({0}, set()),  # nothing is said of 1
        5: ({0}, {1}),
        7: ({0}, set()),
    }


def test_what_was_not_tracked_is_not_absent(tmp_path: Path) -> None:
    """As `masklet track` writes it: no score, nothing said."""
    item = opened(sav(tmp_path, scores=[[0.9, None], [0.9, None], [0.8, 0.7]]))
    assert [set(item.truths[t].absent) for t in (0, 4, 8)] == [set(), set(), set()]
    assert [{r.thing for r in item.truths[t].regions} for t in (0, 4, 8)] == [{0}, {0}, {0, 1}]
    assert item.things[1].extra["masklet_scores"] == [None, None, 0.7]


def test_masklets_are_read_without_their_video_or_refused_by_name(tmp_path: Path) -> None:
    folder = sav(tmp_path)
    (folder / f"{NAME}.mp4").unlink()
    path = folder / f"{NAME}_manual.json"
    assert len(read_masklets(path, Issues(strict=True)).things) == 2
    path.write_text("{}")
    with pytest.raises(DataError, match=rf"{NAME}_manual\.json: is not of SA-V's form: KeyError 'video_height'"):
        read_masklets(path, Issues())


def test_a_number_that_both_have_is_given_anew_and_remembered(tmp_path: Path) -> None:
    item = opened(sav(tmp_path))
    other = replace(item, truths={**item.truths, 2: FrameTruth((), frozenset({1}))}, extra={"video_split": "val"})
    both = joined([item, other])
    numbers = {thing.id: thing.extra.get("masklet_id") for thing in both.things}
    assert numbers == {0: None, 1: None, 2: 0, 3: 1}
    assert list(both.truths) == [0, 2, 4, 8] and both.truths[2].absent == {3}
    assert [region.thing for region in both.truths[0].regions] == [0, 1, 2, 3]
    assert both.truths[4].absent == {1, 3}
    assert both.extra["video_split"] == "train"  # the first one's word counts


def test_a_video_without_objects_has_a_json_that_says_so(tmp_path: Path) -> None:
    folder = sav(tmp_path / "in")
    nobody = replace(opened(folder), things=(), truths={})
    out = write_set(Sav(), [nobody], tmp_path / "out")
    assert sorted(path.name for path in out.iterdir()) == [f"{NAME}.mp4", f"{NAME}_manual.json"]
    assert json.loads((out / f"{NAME}_manual.json").read_text())["masklet_num"] == 0
    assert (out / f"{NAME}.mp4").read_bytes() == (folder / f"{NAME}.mp4").read_bytes()


def test_masklets_of_a_model_alone_have_no_other_json(tmp_path: Path) -> None:
    things = (Thing(4, extra={"masklet_type": "auto"}),)
    truths = {0: FrameTruth((), frozenset({4}))}
    item = VideoItem("v", SIZE, ("00000", "00001"), write_frames(tmp_path / "f", 2), things, truths, 24.0)
    out = write_set(Sav(), [item], tmp_path / "out", exact=False)
    assert sorted(path.name for path in out.iterdir()) == ["v.mp4", "v_auto.json"]


def test_a_copy_of_its_own_files_is_the_same(tmp_path: Path) -> None:
    folder = sav(tmp_path / "in")
    out = write_set(Sav(), [opened(folder)], tmp_path / "out")
    shutil.rmtree(folder)
    again = write_set(Sav(), [opened(out)], tmp_path / "again")
    for path in out.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()
