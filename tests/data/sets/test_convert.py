"""Conversions: between formats and back, what is refused, and going on after a stop."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from masklet.data.sets.convert import Order, convert, survey
from masklet.data.sets.issues import DataError
from masklet.data.sets.layouts import LAYOUTS, layout_named
from masklet.data.sets.pixels_out import write_video
from masklet.data.sets.seam import Holds, Layout
from masklet.data.sets.values import About, Category, FrameTruth, PictureItem, Region, Thing, VideoItem
from masklet.errors import OutputError
from masklet.media.masks_out import write_masklets
from masklet.media.rle import encode_mask
from masklet.values import Masklet
from tests.data.sets.drawn_sets import SIZE, read_set, said, video_items, write_frames, write_set
from tests.data.sets.test_round_trips import FOLLOWS


def square(x: int, y: int, side: int = 5) -> dict:
    mask = np.zeros(SIZE, bool)
    mask[y : y + side, x : x + side] = True
    return encode_mask(mask)


def walk(frames: Path, name: str = "walk", ids: tuple[int, int] = (1, 2), shift: int = 8) -> VideoItem:
    """Two squares, annotated on every second frame; the second one is away in the middle."""
    files = write_frames(frames, 6)
    truths = {}
    for t in (0, 2, 4):
        regions = [Region(ids[0], square(t, 2))]
        if t != 2:
            regions.append(Region(ids[1], square(t + shift, 9)))
        truths[t] = FrameTruth(tuple(regions), frozenset() if t != 2 else frozenset({ids[1]}))
    things = tuple(Thing(i) for i in ids)
    return VideoItem(name, SIZE, tuple(f"{t:05d}" for t in range(6)), files, things, truths)


def rich(frames: Path) -> VideoItem:
    """A video that says all a format may hold: names, categories, fields, shared pixels, large numbers, open marks."""
    plain = walk(frames, "rich", ids=(700, 41))
    things = (Thing(700, "Ändy", "dog", False, {"colour": "red"}), Thing(41, None, "cat"))
    truths = dict(plain.truths)
    truths[0] = FrameTruth((Region(700, square(2, 2)), Region(41, square(4, 4))))  # they share pixels
    truths[4] = FrameTruth((Region(700, square(2, 2)),))  # nothing is said of 41
    return replace(plain, things=things, truths=truths, fps=29.97, extra={"place": "garden"})


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and the hash of its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


VIDEOS = ["sav", "sav-folders", "davis-2017", "youtube-vos", "mose", "lvos", "coco-videos"]


PAIRS = list(product(VIDEOS, VIDEOS))
ROUND = set(zip(VIDEOS, [*VIDEOS[1:], VIDEOS[0]], strict=True))  # every format once on either side


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*p, marks=() if p in ROUND else pytest.mark.slow) for p in PAIRS]
)
def test_plain_videos_pass_through_any_two_formats(first: str, second: str, frames: Path, tmp_path: Path) -> None:
    """What all formats hold comes back as it was, through any of them; pixels too, with exact."""
    item = walk(frames)
    source = write_set(layout_named("davis-2017"), [item], tmp_path / "source")
    convert(Order(source, tmp_path / "one", first, exact=True))
    # a rate that the second format implies, or none, is no part of this
    convert(Order(tmp_path / "one", tmp_path / "two", second, exact=True, lossy=True))
    convert(Order(tmp_path / "two", tmp_path / "back", "davis-2017", exact=True, lossy=True))
    (back,) = read_set(layout_named("davis-2017"), tmp_path / "back")
    assert isinstance(back, VideoItem)
    assert said(back) == said(item)
    with item.open_frames() as before, back.open_frames() as after:
        assert [p.tobytes() for p in before] == [p.tobytes() for p in after]


@pytest.mark.parametrize("through", [["sav"], ["coco-videos"], ["sav", "coco-videos", "sav"]])
def test_everything_passes_through_the_formats_that_hold_everything(
    through: list[str], frames: Path, tmp_path: Path
) -> None:
    item = rich(frames)
    place = write_set(layout_named("coco-videos"), [item], tmp_path / "source")
    for number, name in enumerate([*through, "coco-videos"]):
        done = convert(Order(place, tmp_path / str(number), name, exact=True))
        assert not done.losses
        place = tmp_path / str(number)
    (back,) = read_set(layout_named("coco-videos"), place)
    assert said(back, FOLLOWS) == said(item)


def test_what_cannot_be_held_is_counted_and_refused_before_anything_is_written(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("coco-videos"), [rich(frames)], tmp_path / "source")
    order = Order(source, tmp_path / "out", "davis-2017")
    with pytest.raises(DataError, match=r"DAVIS 2017 cannot hold .*--lossy") as refused:
        convert(order)
    for said_so in ("2 × object numbers", "1 × names", "2 × categories", "9 × pixels that several", "frame rates",
                    "'colour'", "'place'", "1 × marks that nothing is said", "first: rich"):  # fmt: skip
        assert said_so in str(refused.value), refused.value
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
    done = convert(replace(order, lossy=True))
    assert len(done.losses) == 8
    (item,) = read_set(layout_named("davis-2017"), tmp_path / "out")
    assert [thing.id for thing in item.things] == [1, 2]
    first, second = sorted(item.truths[0].regions, key=lambda r: r.thing)
    # numbered in the order of the old numbers: 41, then 700; equal areas: the one that is drawn later lies on top
    assert (first.area, second.area) in ((16, 25), (25, 16))


def test_one_object_formats_merge(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames)], tmp_path / "source")
    with pytest.raises(DataError, match="1 × objects that become one"):
        convert(Order(source, tmp_path / "out", "davis-2016"))
    convert(Order(source, tmp_path / "out", "davis-2016", lossy=True))
    (item,) = read_set(layout_named("davis-2016"), tmp_path / "out")
    assert [region.area for region in item.truths[0].regions] == [50]
    listed = (tmp_path / "out/ImageSets/480p/train.txt").read_text().splitlines()
    assert listed[1] == "/JPEGImages/480p/walk/00002.png /Annotations/480p/walk/00002.png"


def test_more_objects_than_numbers_are_dropped_and_said(frames: Path, tmp_path: Path) -> None:
    files = write_frames(frames, 6)
    regions = tuple(Region(i, square(i % 20, i // 20, 1)) for i in range(1, 301))
    item = VideoItem("many", SIZE, ("0",), files[:1], tuple(Thing(i) for i in range(1, 301)), {0: FrameTruth(regions)})
    source = write_set(layout_named("sav-folders"), [item], tmp_path / "source")
    order = Order(source, tmp_path / "out", "davis-2017", lossy=True)
    whats = {loss.what: loss.count for loss in convert(order).losses}
    assert whats["objects beyond the 254th of a picture or video"] == 46
    (kept,) = read_set(layout_named("davis-2017"), tmp_path / "out")
    assert len(kept.things) == 254


def test_pictures_become_videos_and_videos_pictures(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames)], tmp_path / "source")
    done = convert(Order(source, tmp_path / "pictures", "plain", lossy=True))
    assert {loss.what: loss.count for loss in done.losses} == {
        "videos, taken apart into single pictures": 1,
        "frames of which nothing is said, left out": 3,
        "marks that an object is not on a frame": 1,
    }
    items = read_set(layout_named("plain"), tmp_path / "pictures")
    assert [item.name for item in items] == ["walk/00000", "walk/00002", "walk/00004"]
    convert(Order(tmp_path / "pictures", tmp_path / "videos", "youtube-vos", lossy=True))
    assert [item.name for item in read_set(layout_named("youtube-vos"), tmp_path / "videos")] == [
        "walk__00000",
        "walk__00002",
        "walk__00004",
    ]


def test_a_list_of_the_set_can_be_converted_alone(frames: Path, tmp_path: Path) -> None:
    items = [walk(frames, name) for name in ("a", "b", "c")]
    about = About(splits={"train": ("a", "c"), "val": ("b",)})
    source = write_set(layout_named("davis-2017"), items, tmp_path / "source", about)
    with pytest.raises(DataError, match="2 × lists of items"):
        convert(Order(source, tmp_path / "out", "mose"))
    with pytest.raises(DataError, match="no list 'test'; there are train, val"):
        convert(Order(source, tmp_path / "out", "mose", split="test"))
    convert(Order(source, tmp_path / "out", "mose", split="train"))
    assert [item.name for item in read_set(layout_named("mose"), tmp_path / "out")] == ["a", "c"]
    convert(Order(source, tmp_path / "again", "sav-folders"))
    assert (tmp_path / "again/train.txt").read_text() == "a\nc\n"


def test_categories_and_fields_of_lvis_pass_through_coco(frames: Path, tmp_path: Path) -> None:
    (file, *_) = write_frames(frames, 6)
    category = Category("gull", 7, {"frequency": "r", "synset": "gull.n.02"})
    polygons = ((2.5, 2.5, 8.0, 2.5, 8.0, 9.5),)
    from masklet.data.sets.annotations import region_from

    region = region_from(90, [list(polygons[0])], SIZE, {})
    item = PictureItem("1", SIZE, file, (Thing(90, None, "gull"),), FrameTruth((region,)),
                       {"neg_category_ids": [3], "not_exhaustive_category_ids": [7]})  # fmt: skip
    about = About((category, Category("ant", 3)), {}, {"info": {"year": 2020}, "licenses": [{"id": 1}]})
    source = write_set(layout_named("lvis"), [item], tmp_path / "source", about)
    convert(Order(source, tmp_path / "coco", "coco"))
    convert(Order(tmp_path / "coco", tmp_path / "lvis", "lvis"))
    before = json.loads((source / "annotations/instances.json").read_text())
    after = json.loads((tmp_path / "lvis/annotations/instances.json").read_text())
    assert after == before
    assert after["categories"][0] == {"frequency": "r", "synset": "gull.n.02", "id": 7, "name": "gull"}
    assert after["images"][0]["not_exhaustive_category_ids"] == [7]
    assert after["annotations"][0]["segmentation"] == [list(polygons[0])]
    tally, _ = survey(Order(tmp_path / "coco", tmp_path / "no", "plain"))
    assert {loss.what for loss in tally.losses} == {
        "outlines of points, kept as pixels", "categories' numbers and fields",
        "categories that no object has", "fields of the set (info, licenses)",
    }  # fmt: skip


def test_any_number_of_workers_writes_the_same(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames, f"v{i}", shift=i) for i in range(5)], tmp_path / "in")
    convert(Order(source, tmp_path / "one", "coco-videos"))
    convert(Order(source, tmp_path / "two", "coco-videos"), workers=2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


class Killed(Exception):
    pass


def test_a_stopped_conversion_goes_on_and_ends_with_the_same_files(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames, f"v{i}", shift=i) for i in range(5)], tmp_path / "in")
    order = Order(source, tmp_path / "out", "coco-videos")

    def stop(what: str, done: int, total: int) -> None:
        if what == "writing" and done == 2:
            raise Killed

    with pytest.raises(Killed):
        convert(order, progress=stop)
    assert not (tmp_path / "out/annotations/instances.json").exists()
    with pytest.raises(OutputError, match="beginning of another conversion"):
        convert(replace(order, to="mose"))
    seen: list[tuple[str, int]] = []
    convert(order, progress=lambda what, done, total: seen.append((what, done)))
    assert seen == [("writing", 3), ("writing", 4), ("writing", 5)]  # neither looked through nor begun again
    convert(replace(order, target=tmp_path / "whole"))
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    with pytest.raises(OutputError, match="holds something already"):
        convert(order)


def test_kill_9_in_the_middle_leaves_something_to_go_on_with(frames: Path, tmp_path: Path) -> None:
    source = write_set(
        layout_named("davis-2017"), [walk(frames, f"v{i:02d}", shift=i % 9) for i in range(30)], tmp_path / "in"
    )
    command = [sys.executable, "-m", "masklet", "data", "convert", str(source), "out", "--to", "youtube-vos", "--quiet"]
    process = subprocess.Popen(command, cwd=tmp_path)
    marks = tmp_path / "out/.masklet-convert/done"
    for _ in range(600):
        if process.poll() is not None or (marks.is_dir() and len(list(marks.rglob("*.json"))) >= 3):
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    subprocess.run(command, cwd=tmp_path, check=(tmp_path / "out/.masklet-convert").exists())
    convert(Order(source, tmp_path / "whole", "youtube-vos"))
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_two_at_once_do_not_mix(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames)], tmp_path / "in")
    order = Order(source, tmp_path / "out", "mose")

    def meanwhile(what: str, done: int, total: int) -> None:
        with pytest.raises(OutputError, match="another conversion is writing there"):
            convert(order)

    convert(order, progress=meanwhile)
    assert len(read_set(layout_named("mose"), tmp_path / "out")) == 1


def test_items_that_cannot_be_read_are_left_out_and_told_of(frames: Path, tmp_path: Path) -> None:
    source = write_set(layout_named("davis-2017"), [walk(frames, name) for name in "abc"], tmp_path / "in")
    shutil.rmtree(source / "JPEGImages/480p/a")
    (source / "JPEGImages/480p/a").mkdir()
    (source / "JPEGImages/480p/b/00003.png").write_bytes(b"\x89PNG broken")
    done = convert(Order(source, tmp_path / "out", "sav", exact=True))
    assert (done.items, done.left_out) == (1, ("a", "b"))
    assert dict(done.issues.counts) == {"pictures missing": 1, "cannot be written": 1}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["c.mp4", "c_manual.json"]


def test_two_names_that_would_become_one_are_refused(frames: Path, tmp_path: Path) -> None:
    (file, *_) = write_frames(frames, 6)
    things, truth = (Thing(1),), FrameTruth((Region(1, square(2, 2)),))
    items = [PictureItem(name, SIZE, file, things, truth) for name in ("a/b", "a__b")]
    source = write_set(layout_named("plain"), items, tmp_path / "in")
    with pytest.raises(DataError, match="'a__b'"):
        convert(Order(source, tmp_path / "out", "mose", lossy=True))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(data=st.data())
@settings(max_examples=4, phases=[Phase.generate])
def test_what_is_written_without_the_losses_is_whole(layout: Layout, data: st.DataObject, frames: Path) -> None:
    """Anything goes into any format when it may lose: what comes out is read without a complaint, and is as many."""
    holds = Holds(
        "videos", void=True, names=True, categories=True, crowd=True, fps="any", fields=True, region_fields=True
    )
    items = [data.draw(video_items(holds, name, frames)) for name in ("a", "in/b")]
    with TemporaryDirectory() as place:
        source = write_set(layout_named("coco-videos"), items, Path(place) / "source")
        done = convert(Order(source, Path(place) / "out", layout.name, lossy=True, exact=True))
        assert not len(done.issues)
        read = read_set(layout, Path(place) / "out")
        if layout.holds.kind == "pictures":
            assert len(read) == sum(len(item.truths) for item in items)
            return
        assert [len(item) for item in read] == [len(item) for item in items]
        if not done.losses:
            assert [said(item, FOLLOWS) for item in read] == [said(item, FOLLOWS) for item in items]


def test_tracked_masklets_are_a_set(frames: Path, tmp_path: Path) -> None:
    """A file of `masklet track` beside its video: nothing is said on frames that were not tracked."""
    item = replace(walk(frames), fps=25.0)
    write_video(item, tmp_path / "own/walk.mp4", exact=True)
    rles = {t: region.rle for t, truth in item.truths.items() for region in truth.regions if region.thing == 1}
    scores = dict.fromkeys(rles, 0.5)
    one = Masklet("dog", SIZE, rles, scores, scores)
    write_masklets(tmp_path / "own/walk_manual.json", "walk", SIZE, 25.0, [one], frame_count=6)
    (read,) = read_set(layout_named("sav"), tmp_path / "own")
    assert isinstance(read, VideoItem)
    assert sorted(t for t, truth in read.truths.items() if truth.regions or truth.absent) == [0, 2, 4]
    assert read.things[0].name == "dog"
    assert read.things[0].extra["masklet_scores"] == [0.5, None, 0.5, None, 0.5, None]
    assert read.fps == 25.0
