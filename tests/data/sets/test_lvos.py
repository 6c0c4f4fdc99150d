"""LVOS: the frames between which an object is annotated; faults in its JSON are in test_readers."""

from __future__ import annotations

import json
from pathlib import Path

from masklet.data.sets.issues import Issues
from masklet.data.sets.lvos import Lvos
from masklet.data.sets.values import VideoItem
from tests.data.sets.drawn_sets import read_set, write_set
from tests.data.sets.test_readers import lvos, youtube


def opened(folder: Path) -> VideoItem:
    (item,) = read_set(Lvos(), folder)
    assert isinstance(item, VideoItem)
    return item


def test_a_json_with_ranges_marks_it(tmp_path: Path) -> None:
    assert Lvos().recognise(lvos(tmp_path / "a"))
    assert not Lvos().recognise(youtube(tmp_path / "b"))
    assert not Lvos().recognise(tmp_path)


def test_within_its_range_an_object_that_is_not_marked_is_absent(tmp_path: Path) -> None:
    item = opened(lvos(tmp_path))
    assert {t: set(truth.absent) for t, truth in item.truths.items()} == {0: set(), 1: set(), 2: {2}, 3: {2}}


def test_numbers_of_other_lengths_name_the_same_frames(tmp_path: Path) -> None:
    folder = lvos(tmp_path)
    meta = folder / "train_meta.json"
    data = json.loads(meta.read_text())
    data["videos"]["v"]["objects"]["2"]["frame_range"]["start"] = "00000001"
    meta.write_text(json.dumps(data))
    assert [t for t, truth in opened(folder).truths.items() if 2 in truth.absent] == [1, 2, 3]


def test_a_range_that_names_no_frame_says_nothing(tmp_path: Path) -> None:
    folder = lvos(tmp_path)
    meta = folder / "train_meta.json"
    data = json.loads(meta.read_text())
    data["videos"]["v"]["objects"]["2"]["frame_range"]["end"] = "99"
    meta.write_text(json.dumps(data))
    item = Lvos().open(folder, Issues()).read("v")
    assert item is not None
    assert not any(truth.absent for truth in item.truths.values())


def test_ranges_are_written_as_its_makers_do(tmp_path: Path) -> None:
    out = write_set(Lvos(), [opened(lvos(tmp_path / "in"))], tmp_path / "out")
    objects = json.loads((out / "train_meta.json").read_text())["videos"]["v"]["objects"]
    assert objects["1"]["frame_range"] == {"start": "0", "end": "3", "frame_nums": "4"}
    assert objects["2"]["frame_range"] == {"start": "2", "end": "3", "frame_nums": "2"}
