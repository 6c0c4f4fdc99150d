"""SA-1B: order, names, and what is written beside its own fields; faults in its JSON are in test_readers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.sa1b import Sa1b, read_annotation
from masklet.data.sets.values import PictureItem, Region, Thing
from masklet.errors import InputError, MediaError
from masklet.media.rle import encode_mask, rle_to_json
from tests.data.sets.drawn_sets import SIZE, read_set, write_set
from tests.data.sets.test_readers import plain, rle, sa1b


def opened(folder: Path) -> PictureItem:
    (item,) = read_set(Sa1b(), folder)
    assert isinstance(item, PictureItem)
    return item


def test_a_picture_with_its_json_marks_it(tmp_path: Path) -> None:
    assert Sa1b().recognise(sa1b(tmp_path / "a"))
    assert Sa1b().recognise(sa1b(tmp_path / "b/sa_000000").parent)
    assert not Sa1b().recognise(plain(tmp_path / "c"))
    (tmp_path / "a/sa_1.json").write_text('{"frames": []}')  # another tool's
    assert not Sa1b().recognise(tmp_path / "a")


def test_names_are_sorted_with_their_folders(tmp_path: Path) -> None:
    folder = sa1b(tmp_path)
    for name in ("b/sa_9", "b/sa_10", "a/in/sa_2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".jpg", ".json"):
            shutil.copy(folder / f"sa_1{suffix}", folder / f"{name}{suffix}")
    data = Sa1b().open(folder, Issues(strict=True))
    assert data.names() == ["a/in/sa_2", "b/sa_10", "b/sa_9", "sa_1"]
    assert [item.name for name in data.names() if (item := data.read(name))] == list(data.names())


def test_a_picture_without_its_json_is_told(tmp_path: Path) -> None:
    folder = sa1b(tmp_path)
    shutil.copy(folder / "sa_1.jpg", folder / "sa_2.jpg")
    data = Sa1b().open(folder, Issues())
    assert data.names() == ["sa_1"]
    assert [str(issue) for issue in data.issues] == [f"{folder / 'sa_2.jpg'}: there is no JSON of this picture"]


def test_a_broken_annotation_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    folder = sa1b(tmp_path)
    document = json.loads((folder / "sa_1.json").read_text())
    broken = {"id": 3, "segmentation": rle_to_json(encode_mask(np.ones((5, 5), bool)))}
    document["annotations"] = [broken, *document["annotations"]]
    (folder / "sa_1.json").write_text(json.dumps(document))
    data = Sa1b().open(folder, Issues())
    item = data.read("sa_1")
    assert item is not None and [thing.id for thing in item.things] == [9]
    (told,) = map(str, data.issues)
    assert told.startswith(f"{folder / 'sa_1.json'}, annotations[0]: a mask of 5x5 on a picture of 24x18")


@pytest.mark.parametrize("text", ['{"annotations": []}', '{"image": [1], "annotations": []}', "[]", "{"])
def test_a_json_of_another_form_names_its_file(text: str, tmp_path: Path) -> None:
    folder = sa1b(tmp_path)
    (folder / "sa_1.json").write_text(text)
    data = Sa1b().open(folder, Issues())
    assert data.read("sa_1") is None
    assert [issue.file.startswith(str(folder / "sa_1.json")) for issue in data.issues] == [True]
    with pytest.raises(DataError, match=r"sa_1\.json"):
        Sa1b().open(folder, Issues(strict=True)).read("sa_1")


def test_a_picture_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    folder = sa1b(tmp_path)
    (folder / "sa_1.jpg").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"sa_1\.jpg"):
        Sa1b().open(folder, Issues(strict=True)).read("sa_1")


def test_what_other_formats_say_is_kept_beside_its_own_fields(tmp_path: Path) -> None:
    item = opened(sa1b(tmp_path / "in"))
    things = (Thing(9, "Rex", "dog", True, {"age": 3}),)
    given = replace(item, things=things, extra={"width": "wide", "weather": "rain"})
    out = write_set(Sa1b(), [given], tmp_path / "out")
    document = json.loads((out / "sa_1.json").read_text())
    height, width = SIZE
    size = {"width": width, "height": height, "file_name": "sa_1.jpg"}
    assert document["image"] == {"weather": "rain", **size, "extra": {"width": "wide"}}
    (row,) = document["annotations"]
    assert (row["name"], row["category"], row["iscrowd"], row["thing"]) == ("Rex", "dog", 1, {"age": 3})
    assert (row["predicted_iou"], row["bbox"]) == (0.93, [2, 2, 4, 4])
    back = opened(out)
    assert (back.things, back.extra) == (things, given.extra)


def test_fields_that_no_thing_has_are_not_written(tmp_path: Path) -> None:
    out = write_set(Sa1b(), [opened(sa1b(tmp_path / "in"))], tmp_path / "out")
    (row,) = json.loads((out / "sa_1.json").read_text())["annotations"]
    assert not {"name", "category", "iscrowd", "thing"} & set(row)


def test_pictures_become_jpegs_and_jpegs_stay_as_they_are(tmp_path: Path) -> None:
    folder = sa1b(tmp_path / "in")
    item = opened(folder)
    out = write_set(Sa1b(), [item], tmp_path / "same")
    assert (out / "sa_1.jpg").read_bytes() == (folder / "sa_1.jpg").read_bytes()
    Image.open(folder / "sa_1.jpg").save(tmp_path / "a.png")
    out = write_set(Sa1b(), [replace(item, file=tmp_path / "a.png")], tmp_path / "anew")
    with Image.open(out / "sa_1.jpg") as written:
        assert written.format == "JPEG"


def test_an_annotation_alone_is_read_or_refused() -> None:
    thing, region = read_annotation({"id": "9", "segmentation": rle(2, 2), "predicted_iou": 0.5}, SIZE)
    assert thing == Thing(9) and isinstance(region, Region)
    assert (region.thing, region.area, region.extra) == (9, 16, {"predicted_iou": 0.5})
    with pytest.raises(MediaError, match="on a picture of 3x3"):
        read_annotation({"id": 9, "segmentation": rle(2, 2)}, (3, 3))
    with pytest.raises(KeyError):
        read_annotation({"id": 9}, SIZE)
