"""Videos in COCO's JSON: other makers' files, and what masklet adds to them; faults are in test_readers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from masklet.data.sets.coco_videos import CocoVideos
from masklet.data.sets.issues import Issues
from masklet.data.sets.values import FrameTruth, Region, Thing, VideoItem
from masklet.media.rle import encode_mask
from tests.data.sets.drawn_sets import SIZE, read_set, write_frames, write_set
from tests.data.sets.test_readers import coco, labels, rle, tao


def item(folder: Path) -> VideoItem:
    """Object 7 on the first of three frames and away on the second; nothing is said of 9 there, nor of the third."""
    seen = FrameTruth((Region(7, encode_mask(labels(n1=(1, 1)) > 0)),), frozenset({9}))
    files = write_frames(folder, 3)
    things = (Thing(7, "Rex", "dog"), Thing(9))
    return VideoItem("v", SIZE, ("a", "b", "c"), files, things, {0: seen, 1: FrameTruth((), frozenset({7}))}, 12.5)


def test_a_json_with_videos_marks_it(tmp_path: Path) -> None:
    assert CocoVideos().recognise(tao(tmp_path / "tao"))
    assert not CocoVideos().recognise(coco(tmp_path / "coco"))
    assert not CocoVideos().recognise(tmp_path)


def test_absent_unmarked_and_unsaid_are_kept_apart(tmp_path: Path) -> None:
    (back,) = read_set(CocoVideos(), write_set(CocoVideos(), [item(tmp_path / "f")], tmp_path / "out"))
    assert isinstance(back, VideoItem)
    assert {t: set(truth.absent) for t, truth in back.truths.items()} == {0: {9}, 1: {7}}
    assert (back.fps, back.things[0]) == (12.5, Thing(7, "Rex", "dog"))


def test_fields_with_names_of_its_own_are_put_aside(tmp_path: Path) -> None:
    given = replace(item(tmp_path / "f"), extra={"width": "wide", "weather": "rain"})
    out = write_set(CocoVideos(), [given], tmp_path / "out")
    (path,) = (out / "annotations").glob("*.json") if (out / "annotations").is_dir() else out.glob("*.json")
    (video,) = json.loads(path.read_text())["videos"]
    assert (video["width"], video["weather"], video["extra"]) == (SIZE[1], "rain", {"width": "wide"})
    assert read_set(CocoVideos(), out)[0].extra == given.extra


def test_numbers_go_on_from_video_to_video(tmp_path: Path) -> None:
    one = item(tmp_path / "f")
    out = write_set(CocoVideos(), [one, replace(one, name="w")], tmp_path / "out")
    assert [thing.id for back in read_set(CocoVideos(), out) for thing in back.things] == [7, 9, 7, 9]
    (path,) = (out / "annotations").glob("*.json") if (out / "annotations").is_dir() else out.glob("*.json")
    data = json.loads(path.read_text())
    assert [track["id"] for track in data["tracks"]] == [1, 2, 3, 4]
    assert [image["id"] for image in data["images"]] == [1, 2, 3, 4, 5, 6]
    assert [row["track_id"] for row in data["annotations"]] == [1, 3]


def test_frames_come_in_the_order_of_their_index(tmp_path: Path) -> None:
    images = [
        {"id": t, "file_name": f"{t:05d}.jpg", "height": SIZE[0], "width": SIZE[1], "video_id": 1, "frame_index": 1 - t}
        for t in range(2)
    ]
    rows = [{"id": 1, "image_id": 1, "category_id": 1, "track_id": 40, "segmentation": rle(1, 1)}]
    found = CocoVideos().open(
        coco(tmp_path, images=images, annotations=rows, videos=[{"id": 1, "name": "v"}]), Issues()
    )
    back = found.read("v")
    assert back is not None
    assert back.frame_names == ("00001", "00000")
    assert [region.thing for region in back.truths[0].regions] == [40]
