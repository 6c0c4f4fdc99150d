"""Folders of pictures with a label map per frame, whoever made them: what is there, what is absent, what is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.label_maps import VOID, read_label_map
from masklet.data.sets.seam import Holds
from masklet.data.sets.values import About, FrameTruth, Region, Thing, VideoItem
from masklet.data.sets.vos_folder import (
    ObjectNote,
    VideoNote,
    VosSet,
    annotated_frames,
    frames_in,
    picture_and_annotation_folders,
    write_label_maps,
)
from masklet.media.rle import decode_mask, encode_mask
from tests.data.drawn import save_palette
from tests.data.sets.drawn_sets import SIZE, said, video_items, write_frames
from tests.data.sets.test_readers import labels, vos

HOLDS = Holds("videos", ids=(1, VOID - 1), overlaps=False, void=True, unseen=False)


def read(folder: Path, issues: Issues | None = None) -> VideoItem:
    item = VosSet("x", folder, Issues(strict=True) if issues is None else issues).read("v")
    assert item is not None
    return item


@given(data=st.data())
@settings(max_examples=25)
def test_what_is_written_is_read_again(data: st.DataObject, frames: Path) -> None:
    item = data.draw(video_items(HOLDS, "v", frames))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "JPEGImages/v").mkdir(parents=True)
        for source, frame in zip(item.files, item.frame_names, strict=True):  # type: ignore[arg-type]
            shutil.copy(source, folder / f"JPEGImages/v/{frame}.png")
        write_label_maps(item, folder / "Annotations/v")
        things = {thing.id: ObjectNote(thing) for thing in item.things}
        again = VosSet("x", folder, Issues(strict=True), notes=lambda *_: VideoNote(things), noted=["v"]).read("v")
    assert again is not None
    before, after = said(item), said(again)
    for key in ("name", "size", "frames", "things"):
        assert after[key] == before[key], key
    for t, truth in before["truths"].items():
        assert after["truths"][t]["regions"] == truth["regions"]
        assert after["truths"][t]["void"] == truth["void"]


def test_on_an_annotated_frame_what_is_not_drawn_is_absent_and_on_others_nothing_is_said(tmp_path: Path) -> None:
    item = read(vos(tmp_path, maps={0: labels(n1=(0, 0), n7=(9, 9)), 2: labels(n7=(9, 9)), 3: labels()}))
    assert [thing.id for thing in item.things] == [1, 7]
    assert {t: set(truth.absent) for t, truth in item.truths.items()} == {0: set(), 2: {1}, 3: {1, 7}}


def test_void_belongs_to_no_object(tmp_path: Path) -> None:
    item = read(vos(tmp_path, maps={0: labels(n1=(0, 0), n255=(9, 9)), 1: labels(n1=(0, 0))}))
    assert [thing.id for thing in item.things] == [1]
    assert item.truths[1].void is None
    assert item.truths[0].void is not None
    assert np.array_equal(decode_mask(item.truths[0].void), labels(n255=(9, 9)) > 0)


def test_a_grey_mask_with_soft_edges_is_one_object(tmp_path: Path) -> None:
    folder = vos(tmp_path, frames=2)
    (folder / "Annotations/v").mkdir(parents=True)
    soft = labels(n255=(4, 4))
    soft[4, 4:8], soft[7, 4:8] = 100, 200
    for t, values in enumerate((labels(), soft)):  # an empty first frame does not tell which it is
        Image.fromarray(values).save(folder / f"Annotations/v/{t:05d}.png")
    item = read(folder)
    assert [thing.id for thing in item.things] == [1]
    assert np.array_equal(decode_mask(item.truths[1].regions[0].rle), soft > 127)
    assert (item.truths[0].absent, item.truths[1].void) == ({1}, None)


def test_objects_that_the_json_names_are_never_taken_for_one_mask(tmp_path: Path) -> None:
    folder = vos(tmp_path, frames=1)
    (folder / "Annotations/v").mkdir(parents=True)
    Image.fromarray(labels(n200=(4, 4))).save(folder / "Annotations/v/00000.png")
    notes = VideoNote({200: ObjectNote(Thing(200, "far"))})
    item = VosSet("x", folder, Issues(strict=True), notes=lambda *_: notes).read("v")
    assert item is not None
    assert [(thing.id, thing.name) for thing in item.things] == [(200, "far")]


def test_the_json_tells_on_which_frames_an_object_is_annotated(tmp_path: Path) -> None:
    folder = vos(tmp_path, maps={t: labels(n1=(t, 0)) for t in range(4)})
    notes = VideoNote(
        {1: ObjectNote(Thing(1)), 2: ObjectNote(Thing(2), lambda frames: frozenset(frames[2:]))}, {"fields": "kept"}
    )
    item = VosSet("x", folder, Issues(strict=True), notes=lambda *_: notes).read("v")
    assert item is not None
    assert [t for t, truth in item.truths.items() if 2 in truth.absent] == [2, 3]
    assert item.extra == {"fields": "kept"}


@pytest.mark.parametrize(
    ("made", "level"),
    [
        (["", "v", "w"], ""),
        (["480p", "480p/v"], "480p"),
        (["1080p/v", "480p/v"], "480p"),
        (["Full-Resolution/v"], "Full-Resolution"),
    ],
)
def test_the_resolutions_folder_is_found_480p_first(tmp_path: Path, made: list[str], level: str) -> None:
    for name in made:
        (tmp_path / "JPEGImages" / name).mkdir(parents=True, exist_ok=True)
    expected = tmp_path / "JPEGImages" / level, tmp_path / "Annotations" / level
    assert picture_and_annotation_folders(tmp_path) == expected


def test_a_folder_without_pictures_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder JPEGImages here"):
        VosSet("x", tmp_path, Issues())


def test_pictures_that_differ_in_their_suffix_alone_are_told(tmp_path: Path) -> None:
    folder = vos(tmp_path, frames=2)
    write_frames(folder / "JPEGImages/v", 1)
    issues = Issues()
    assert VosSet("x", folder, issues).read("v") is None
    assert [issue.what for issue in issues] == ["two pictures differ in their suffix alone"]


def test_videos_that_only_annotations_or_the_json_know_are_told_once(tmp_path: Path) -> None:
    folder = vos(tmp_path)
    (folder / "Annotations/lost").mkdir(parents=True)
    issues = Issues()
    data = VosSet("x", folder, issues, noted=["v", "named"])
    assert list(data.names()) == list(data.names()) == ["v"]
    assert [Path(issue.file).name for issue in issues] == ["lost", "named"]


def test_the_first_picture_gives_the_size_upright(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "v/0.jpg", exif=turned)
    issues = Issues()
    assert frames_in(tmp_path / "v", issues) == ([tmp_path / "v/0.jpg"], (30, 20))
    assert frames_in(tmp_path / "nowhere", issues) is None
    (tmp_path / "v/0.jpg").write_bytes(b"no picture")
    assert frames_in(tmp_path / "v", issues) is None
    assert [issue.kind for issue in issues] == ["pictures missing", "picture broken"]


def test_what_the_set_says_of_itself_is_asked_when_it_is_needed(tmp_path: Path) -> None:
    asked = []

    def about(data: VosSet) -> About:
        asked.append(data)
        return About(extra={"names": tuple(data.names())})

    data = VosSet("x", vos(tmp_path), Issues(), about=about)
    assert asked == []
    assert data.about.extra == data.about.extra == {"names": ("v",)}
    assert asked == [data]


def overlapping() -> VideoItem:
    large, small = np.zeros(SIZE, bool), np.zeros(SIZE, bool)
    large[2:12, 2:12], small[4:6, 4:20] = True, True
    void = np.zeros(SIZE, bool)
    void[10:16, 2:12] = True
    regions = (Region(8, encode_mask(small)), Region(3, encode_mask(large)))
    truth = FrameTruth(regions, frozenset(), encode_mask(void))
    return VideoItem("v", SIZE, ("a", "b"), (), (Thing(3), Thing(8)), {1: truth})


def test_where_objects_overlap_the_smaller_lies_on_top_and_void_below_all(tmp_path: Path) -> None:
    write_label_maps(overlapping(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]
    found = read_label_map(tmp_path / "b.png")
    assert (found[4, 4], found[4, 19], found[11, 2], found[15, 2], found[17, 0]) == (8, 8, 3, VOID, 0)


def test_a_binary_map_is_grey_and_has_neither_numbers_nor_void(tmp_path: Path) -> None:
    write_label_maps(overlapping(), tmp_path, binary=True)
    with Image.open(tmp_path / "b.png") as image:
        assert image.mode == "L"
        values = np.asarray(image)
    assert set(np.unique(values)) == {0, 255}
    assert (values[4, 19], values[11, 2], values[15, 2]) == (255, 255, 0)


def test_annotated_frames_are_those_that_say_there_or_absent() -> None:
    region = Region(1, encode_mask(np.ones(SIZE, bool)))
    truths = {4: FrameTruth((region,)), 0: FrameTruth((), frozenset({1})), 2: FrameTruth((), frozenset({2}))}
    item = VideoItem("v", SIZE, tuple("abcde"), (), (Thing(1), Thing(2)), truths)
    assert annotated_frames(item, 1) == [0, 4]
    assert annotated_frames(item, 2) == [2]


def test_maps_that_are_not_the_videos_are_told_and_left_out(tmp_path: Path) -> None:
    folder = vos(tmp_path, maps={t: labels(n1=(t, 0)) for t in range(3)})
    save_palette(np.ones((4, 4)), folder / "Annotations/v/00001.png")
    save_palette(labels(n1=(0, 0)), folder / "Annotations/v/00009.png")
    (folder / "Annotations/v/00002.png").write_bytes(b"no picture")
    issues = Issues()
    assert list(read(folder, issues).truths) == [0]
    assert sorted(issue.kind for issue in issues) == ["annotation broken", "frame missing", "size differs"]
