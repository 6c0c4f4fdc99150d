"""Other tools read what is written here, and real sets pass through."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from masklet.data.davis import VOID, DavisSet
from masklet.data.pictures import PictureSet
from masklet.data.sets.annotations import region_from
from masklet.data.sets.convert import Order, convert
from masklet.data.sets.layouts import layout_named, open_set
from masklet.data.sets.stats import measure
from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing, VideoItem
from masklet.media.masks_out import read_masklets
from masklet.media.rle import decode_mask, encode_mask
from tests.data.sets.drawn_sets import SIZE, blob, write_frames, write_set
from tests.data.sets.test_convert import walk

DATA = Path(os.environ.get("MASKLET_DATA") or Path(__file__).resolve().parents[4] / "shared/data")


def test_pycocotools_reads_what_is_written(frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    masks = [blob(rng), blob(rng)]
    polygons = [[2.0, 2.0, 20.5, 3.0, 12.0, 16.0], [1.0, 9.0, 6.0, 9.0, 6.0, 15.0]]
    regions = (region_from(5, polygons, SIZE, {}), Region(6, encode_mask(masks[0])), Region(7, encode_mask(masks[1])))
    things = (Thing(5, None, "dog"), Thing(6, None, "cat"), Thing(7, None, "dog", True))
    item = PictureItem("in/a", SIZE, write_frames(frames, 1)[0], things, FrameTruth(regions))
    folder = write_set(layout_named("coco"), [item], tmp_path / "set")
    coco = COCO(str(folder / "annotations/instances.json"))
    capsys.readouterr()
    assert {c["name"] for c in coco.loadCats(coco.getCatIds())} == {"dog", "cat"}
    assert [(folder / "images" / image["file_name"]).is_file() for image in coco.dataset["images"]] == [True]
    for region in regions:
        (annotation,) = coco.loadAnns([region.thing])
        assert np.array_equal(coco.annToMask(annotation) > 0, decode_mask(region.rle))
        assert annotation["area"] == region.area
        x, y, width, height = annotation["bbox"]
        assert decode_mask(region.rle)[int(y) : int(y + height), int(x) : int(x + width)].sum() == region.area
    assert coco.getAnnIds(iscrowd=True) == [7]


@given(st.lists(st.tuples(st.floats(-3, 27), st.floats(-3, 21)), min_size=3, max_size=7))
@settings(max_examples=30)
def test_polygons_become_pixels_as_pycocotools_has_it(points: list[tuple[float, float]]) -> None:
    flat = [value for point in points for value in point]
    coco = COCO()
    coco.dataset = {"images": [{"id": 1, "height": SIZE[0], "width": SIZE[1]}], "annotations": []}
    coco.createIndex()
    theirs = coco.annToMask({"image_id": 1, "segmentation": [flat]}) > 0
    try:
        ours = decode_mask(region_from(1, [flat], SIZE, {}).rle)
    except ValueError as error:
        assert "covers no pixel" in str(error)
        ours = np.zeros(SIZE, bool)
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["davis-2017", "youtube-vos", "mose", "lvos"])
def test_the_training_reader_reads_label_maps(name: str, frames: Path, tmp_path: Path) -> None:
    item = walk(frames)
    (sequence,) = DavisSet(write_set(layout_named(name), [item], tmp_path / "set")).sequences
    assert sequence.annotated == (0, 2, 4)
    for t, truth in item.truths.items():
        for region in truth.regions:
            assert np.array_equal(sequence.labels(t) == region.thing, decode_mask(region.rle))
    assert VOID not in sequence.objects


def test_the_training_reader_reads_plain_folders(frames: Path, tmp_path: Path) -> None:
    rle = encode_mask(blob(np.random.default_rng(1)))
    things, truth = (Thing(400),), FrameTruth((Region(400, rle),))
    items = [
        PictureItem("a", SIZE, write_frames(frames, 1)[0], things, truth),
        PictureItem("in/b", SIZE, write_frames(frames / "jpg", 1, suffix=".jpg")[0], things, truth),
    ]
    pictures = PictureSet(write_set(layout_named("plain"), items, tmp_path / "set"))
    assert len(pictures) == 2
    for i in range(2):
        assert np.array_equal(pictures.read(i).labels == 400, decode_mask(rle))


def test_the_masklet_reader_reads_sav(frames: Path, tmp_path: Path) -> None:
    item = walk(frames)
    folder = write_set(layout_named("sav"), [item], tmp_path / "set")
    stored = read_masklets(folder / "walk_manual.json")
    assert (stored.size, stored.frame_count, [one.name for one in stored.masklets]) == (SIZE, 6, ["1", "2"])
    data = json.loads((folder / "walk_manual.json").read_text())
    assert data["masklet_frame_count"] == [3, 3]
    assert data["masklet_visibility_changes"] == [0, 2]
    assert data["annotated_frames"] == [0, 2, 4]


def real(part: str) -> Path:
    folder = DATA / part
    if not folder.is_dir():
        pytest.skip(f"no real data: point MASKLET_DATA at a folder that holds {part}")
    return folder


@pytest.mark.slow
def test_real_videos_pass_through_every_format(tmp_path: Path) -> None:
    source = open_set(real("videos/dev"))
    name = source.names()[0]
    item = source.read(name)
    assert isinstance(item, VideoItem)
    short = VideoItem(name, item.size, item.frame_names[:9], item.files[:9], item.things,
                      {t: truth for t, truth in item.truths.items() if t < 9})  # fmt: skip
    place = write_set(layout_named("davis-2017"), [short], tmp_path / "0")
    for number, to in enumerate(["sav", "coco-videos", "sav-folders", "mose", "davis-2017"], 1):
        convert(Order(place, tmp_path / str(number), to, lossy=True, exact=True))
        place = tmp_path / str(number)
    (back,) = [open_set(place).read(name)]
    assert isinstance(back, VideoItem)
    for t, truth in short.truths.items():
        assert [r.rle["counts"] for r in back.truths[t].regions] == [r.rle["counts"] for r in truth.regions]
    with short.open_frames() as before, back.open_frames() as after:
        assert all(np.array_equal(one, two) for one, two in zip(before, after, strict=True))


@pytest.mark.slow
def test_real_pictures_are_counted(tmp_path: Path) -> None:
    folder = real("pictures/dev")
    data = open_set(folder)
    stats = measure(data)
    listed = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    assert stats.items == len(listed)
    assert stats.objects == sum(line["objects"] for line in listed)
    assert not len(data.issues)
