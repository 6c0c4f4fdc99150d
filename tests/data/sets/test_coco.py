"""COCO and LVIS; that what is written comes back is in test_round_trips, and more faults are in test_readers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from masklet.data.sets.coco import Coco, CocoSet, Numbers, looks, number_categories, the_json, write_json
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.layouts import recognise
from masklet.data.sets.values import About, Category
from tests.data.sets.drawn_sets import SIZE
from tests.data.sets.test_readers import INSTANCES, coco, edit, lvis, picture, tao


def opened(folder: Path) -> CocoSet:
    return Coco("coco").open(folder, Issues())


def record(number: int | None, *things: int, category: str | None = "dog") -> dict[str, Any]:
    rows = [{"id": thing, "category": category} for thing in things]
    return {"image": {} if number is None else {"id": number}, "annotations": rows}


def test_coco_lvis_and_videos_are_told_apart(tmp_path: Path) -> None:
    sets = {"coco": coco(tmp_path / "coco"), "lvis": lvis(tmp_path / "lvis")}
    for name, folder in sets.items():
        assert [one for one in ("coco", "lvis") if Coco(one).recognise(folder)] == [name]  # type: ignore[arg-type]
    films = tao(tmp_path / "tao")
    assert not Coco("coco").recognise(films) and not Coco("lvis").recognise(films)
    assert not Coco("coco").recognise(tmp_path)
    assert recognise(sets["lvis"])


def test_looking_at_what_is_no_json_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("nothing")
    assert looks(tmp_path / "x.json") == (False, False)


def test_a_folder_has_one_json_or_instances(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no JSON with images and segmentations"):
        the_json(tmp_path)
    instances = coco(tmp_path) / INSTANCES
    other = instances.with_name("stuff.json")
    other.write_text(instances.read_text())
    assert the_json(tmp_path) == instances
    instances.rename(instances.with_name("things.json"))
    with pytest.raises(
        DataError, match=r"several annotation files \(annotations/stuff.json, annotations/things.json\)"
    ):
        the_json(tmp_path)


def test_a_picture_that_is_not_there_is_none_and_told(tmp_path: Path) -> None:
    data = opened(coco(tmp_path))
    (tmp_path / "train2017/00001.jpg").unlink()
    assert data.read("00001") is None and data.read("00000") is not None
    assert dict(data.issues.counts) == {"picture broken": 1}


def test_the_pictures_own_size_is_taken_and_the_difference_told(tmp_path: Path) -> None:
    data = opened(coco(tmp_path))
    Image.new("RGB", (SIZE[1] + 5, SIZE[0])).save(tmp_path / "train2017/00001.jpg")
    assert picture(data, "00001").size == (SIZE[0], SIZE[1] + 5)
    assert data.issues.counts["size differs"] == 1


def test_two_annotations_of_one_id_are_one_and_told(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    edit(INSTANCES, lambda d: d["annotations"][2].update(id=70))(folder)
    data = opened(folder)
    assert [thing.id for thing in picture(data, "00001").things] == [70]
    assert dict(data.issues.counts) == {"id twice": 1}


def test_a_crowd_is_what_iscrowd_says_and_an_unknown_category_none(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    edit(INSTANCES, lambda d: d["annotations"][2].update(category_id=99))(folder)
    data = opened(folder)
    assert [(t.category, t.crowd) for t in picture(data, "00001").things] == [("dog ö", False), (None, True)]
    assert dict(data.issues.counts) == {"category unknown": 1}


def test_ids_stay_when_no_two_are_alike() -> None:
    records = [record(30, 5), record(20, 9, 2)]
    numbers = Numbers(About((Category("dog", 18),)), records)
    assert [numbers.image(place, one["image"]) for place, one in enumerate(records)] == [30, 20]
    rows = list(numbers.annotations(records))
    assert [(row["id"], row["image_id"], row["category_id"]) for row in rows] == [(5, 30, 18), (9, 20, 18), (2, 20, 18)]


@pytest.mark.parametrize("records", [[record(30, 1), record(30, 1)], [record(None, 0), record(30, 4)]])
def test_otherwise_they_are_counted_anew_and_objects_keep_theirs(records: list[dict[str, Any]]) -> None:
    numbers = Numbers(About(), records)
    assert [numbers.image(place, one["image"]) for place, one in enumerate(records)] == [1, 2]
    rows = list(numbers.annotations(records))
    assert [row["id"] for row in rows] == [1, 2] and [row["image_id"] for row in rows] == [1, 2]
    assert [row["object_id"] for row in rows] == [r["annotations"][0]["id"] for r in records]


def test_categories_keep_their_numbers_and_others_get_free_ones() -> None:
    about = About((Category("dog", 18, {"supercategory": "animal"}), Category("cat")))
    rows, numbers = number_categories(about, {"dog", "zebra", "ant", None})
    assert numbers == {"dog": 18, "cat": 19, "ant": 20, "zebra": 21, None: 22}
    assert rows[0] == {"id": 18, "name": "dog", "supercategory": "animal"}
    assert rows[-1] == {"id": 22, "name": "object", "unnamed": True}
    assert number_categories(About(), set()) == ([], {})


def test_a_json_is_written_part_by_part_and_can_be_read() -> None:
    file = io.StringIO()
    parts = {"images": iter([{"id": 1}, {"id": 2}]), "annotations": iter([])}
    write_json(file, {"info": "ö", "images": "not these"}, parts)
    assert json.loads(file.getvalue()) == {"info": "ö", "images": [{"id": 1}, {"id": 2}], "annotations": []}
    assert '{"id": 1},\n{"id": 2}' in file.getvalue()  # an element a line
