"""Plain folders: with an index and without, names, numbers and what an index adds; faults are in test_readers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.plain import Plain
from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing
from masklet.media.rle import encode_mask
from tests.data.sets.drawn_sets import SIZE, read_set, write_frames, write_set
from tests.data.sets.test_readers import coco, labels, plain


def item(file: Path, number: int = 1, **fields: object) -> PictureItem:
    regions = (Region(number, encode_mask(labels(n1=(2, 2)) > 0)),)
    given = PictureItem("in/a", SIZE, file, (Thing(number, "Rex", "dog", False, {"age": 3}),), FrameTruth(regions))
    return replace(given, **fields)  # type: ignore[arg-type]


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def test_an_index_or_a_label_map_beside_its_picture_marks_it(tmp_path: Path) -> None:
    assert Plain().recognise(plain(tmp_path / "a"))
    assert Plain().recognise(plain(tmp_path / "deep/under"))
    (tmp_path / "b").mkdir()
    assert not Plain().recognise(tmp_path / "b")
    write_frames(tmp_path / "b", 2, suffix=".png")  # pictures without label maps
    assert not Plain().recognise(tmp_path / "b")
    (tmp_path / "b/index.jsonl").touch()
    assert Plain().recognise(tmp_path / "b")
    assert not Plain().recognise(coco(tmp_path / "coco"))


def test_names_are_sorted_without_an_index_and_in_its_order_with_one(tmp_path: Path) -> None:
    folder = plain(tmp_path)
    assert Plain().open(folder, Issues(strict=True)).names() == ["a/1", "a/2"]
    (folder / "index.jsonl").write_text('{"picture": "a/2.jpg"}\n\n{"picture": "a/1.jpg"}\n')
    data = Plain().open(folder, Issues(strict=True))
    assert data.names() == ["a/2", "a/1"]
    assert [item.name for name in data.names() if (item := data.read(name))] == ["a/2", "a/1"]


def test_an_index_leaves_out_what_it_does_not_name(tmp_path: Path) -> None:
    folder = plain(tmp_path)
    (folder / "a/2.png").unlink()  # would be told of without an index
    (folder / "index.jsonl").write_text('{"picture": "a/1.jpg", "objects": 1}\n')
    data = Plain().open(folder, Issues(strict=True))
    assert data.names() == ["a/1"] and data.read("a/1") is not None


def test_a_picture_that_stands_twice_in_the_index_is_told_and_read_once(tmp_path: Path) -> None:
    folder = plain(tmp_path)
    (folder / "index.jsonl").write_text('{"picture": "a/1.jpg"}\n{"picture": "a/1.jpg"}\n')
    data = Plain().open(folder, Issues())
    assert data.names() == ["a/1"]
    assert [str(issue) for issue in data.issues] == [
        f"{folder / 'index.jsonl'}, line 2: a/1.jpg has stood above already"
    ]


def test_a_label_map_of_another_size_is_told_and_the_picture_left_out(tmp_path: Path) -> None:
    folder = plain(tmp_path)
    Image.fromarray(np.ones((9, 8), np.uint8)).save(folder / "a/1.png")
    data = Plain().open(folder, Issues())
    assert data.read("a/1") is None and data.read("a/2") is not None
    (told,) = map(str, data.issues)
    assert told == f"{folder / 'a/1.png'}: 8x9 pixels, the picture 24x18"
    with pytest.raises(DataError, match="8x9 pixels"):
        Plain().open(folder, Issues(strict=True)).read("a/1")


def test_names_and_categories_stand_in_the_index(tmp_path: Path) -> None:
    (file,) = write_frames(tmp_path / "in", 1, suffix=".jpg")
    out = write_set(Plain(), [item(file, extra={"weather": "rain", "objects": 9})], tmp_path / "out")
    things = {"1": {"age": 3, "name": "Rex", "category": "dog"}}
    # "objects" is the index's own, and says how many there are
    assert lines(out) == [{"weather": "rain", "picture": "in/a.jpg", "objects": 1, "things": things}]
    assert (out / "in/a.jpg").read_bytes() == file.read_bytes()
    (back,) = read_set(Plain(), out)
    assert isinstance(back, PictureItem)
    assert back.things == (Thing(1, "Rex", "dog", False, {"age": 3}),) and back.extra == {"weather": "rain"}


def test_the_label_map_of_a_png_has_a_name_of_its_own(tmp_path: Path) -> None:
    (file,) = write_frames(tmp_path / "in", 1)
    out = write_set(Plain(), [item(file)], tmp_path / "out")
    assert sorted(path.name for path in (out / "in").iterdir()) == ["a.labels.png", "a.png"]
    assert lines(out)[0]["labels"] == "in/a.labels.png"
    assert len(read_set(Plain(), out)) == 1


@pytest.mark.parametrize(("number", "bits"), [(255, np.uint8), (256, np.uint16), (65535, np.uint16)])
def test_numbers_beyond_255_take_16_bits(number: int, bits: type, tmp_path: Path) -> None:
    (file,) = write_frames(tmp_path / "in", 1, suffix=".jpg")
    out = write_set(Plain(), [item(file, number)], tmp_path / "out")
    with Image.open(out / "in/a.png") as written:
        assert (written.mode == "L") == (bits is np.uint8)
        assert np.asarray(written).max() == number
