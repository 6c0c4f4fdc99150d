"""Each format's reader: files as their makers publish them, and files that are broken."""

# ruff: noqa: E501  a broken file is a line
from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.layouts import LAYOUTS, layout_named, open_set, recognise
from masklet.data.sets.seam import DataSet
from masklet.data.sets.values import PictureItem, VideoItem
from masklet.errors import InputError
from masklet.media.rle import decode_mask, encode_mask, rle_to_json
from tests.data.drawn import save_palette
from tests.data.sets.drawn_sets import SIZE, write_frames

HEIGHT, WIDTH = SIZE


def labels(**squares: tuple[int, int]) -> np.ndarray:
    """A label map with 4x4 squares: n7=(x, y)."""
    found = np.zeros(SIZE, np.uint8)
    for name, (x, y) in squares.items():
        found[y : y + 4, x : x + 4] = int(name[1:])
    return found


def rle(x: int, y: int) -> dict[str, Any]:
    return rle_to_json(encode_mask(labels(n1=(x, y)) > 0))


def video(data: DataSet, name: str) -> VideoItem:
    item = data.read(name)
    assert isinstance(item, VideoItem)
    return item


def picture(data: DataSet, name: str) -> PictureItem:
    item = data.read(name)
    assert isinstance(item, PictureItem)
    return item


def vos(folder: Path, name: str = "v", frames: int = 4, maps: dict[int, np.ndarray] | None = None) -> Path:
    write_frames(folder / "JPEGImages" / name, frames, suffix=".jpg")
    for t, one in (maps or {}).items():
        save_palette(one, folder / "Annotations" / name / f"{t:05d}.png")
    return folder


def sav(folder: Path, name: str = "sav_000001", **fields: Any) -> Path:
    """A JSON as SA-V publishes them: rows for every fourth of 9 frames. The mp4 is an empty promise."""
    data = {
        "video_id": name, "video_duration": 0.375, "video_frame_count": 9.0, "video_height": float(HEIGHT),
        "video_width": float(WIDTH), "video_resolution": float(HEIGHT * WIDTH), "video_environment": "Indoor",
        "video_split": "train", "masklet": [[rle(1, 1), rle(9, 9)], [rle(2, 1), rle_to_json(encode_mask(np.zeros(SIZE, bool)))],
        [rle(3, 1), rle(9, 10)]], "masklet_id": [0, 1], "masklet_size_rel": [0.1, 0.2], "masklet_num": 2,
        "masklet_type": ["manual", "manual"], "masklet_edited_frame_count": [3, 1], "masklet_stability_score": None,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.mp4").write_bytes(b"video")
    (folder / f"{name}_manual.json").write_text(json.dumps({**data, **fields}))
    return folder


def coco(folder: Path, **fields: Any) -> Path:
    write_frames(folder / "train2017", 2, suffix=".jpg")
    box = [3.0, 3.0, 8.0, 3.0, 8.0, 9.0, 3.0, 9.0]
    data = {
        "info": {"year": 2017}, "licenses": [{"id": 1}],
        "images": [{"id": 5 + t, "file_name": f"{t:05d}.jpg", "height": HEIGHT, "width": WIDTH} for t in range(2)],
        "annotations": [
            {"id": 70, "image_id": 6, "category_id": 18, "segmentation": [box], "iscrowd": 0, "area": 30.0, "bbox": [3, 3, 5, 6]},
            {"id": 71, "image_id": 5, "category_id": 18, "segmentation": rle(0, 0), "iscrowd": 0},
            {"id": 72, "image_id": 6, "category_id": 1, "iscrowd": 1,
             "segmentation": {"size": [HEIGHT, WIDTH], "counts": [2, 3, HEIGHT * WIDTH - 5]}},
        ],
        "categories": [{"id": 1, "name": "person", "supercategory": "person"}, {"id": 18, "name": "dog ö"}],
    }  # fmt: skip
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    (folder / "annotations/instances_train2017.json").write_text(json.dumps({**data, **fields}, ensure_ascii=False))
    return folder


def sa1b(folder: Path, **fields: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (file, *_) = write_frames(folder / "t", 1, suffix=".jpg")
    shutil.move(file, folder / "sa_1.jpg")
    (folder / "t").rmdir()
    row = {"id": 9, "segmentation": rle(2, 2), "area": 16, "bbox": [2, 2, 4, 4], "predicted_iou": 0.93,
           "stability_score": 0.97, "crop_box": [0, 0, WIDTH, HEIGHT], "point_coords": [[3.0, 3.0]]}  # fmt: skip
    image = {"image_id": 1, "width": WIDTH, "height": HEIGHT, "file_name": "sa_1.jpg"}
    (folder / "sa_1.json").write_text(json.dumps({"image": image, "annotations": [row], **fields}))
    return folder


def plain(folder: Path) -> Path:
    for name in ("a/1", "a/2"):
        (file, *_) = write_frames(folder / "a", 1, suffix=".jpg")
        shutil.move(file, folder / f"{name}.jpg")
        Image.fromarray(labels(n1=(1, 1)).astype(np.uint16) * 300).save(folder / f"{name}.png")
    return folder


def youtube(folder: Path) -> Path:
    """Object 1 from the first frame on, object 2 from frame 2 on, as YouTube-VOS's validation set has them."""
    vos(folder, maps={0: labels(n1=(0, 0)), 2: labels(n2=(9, 9)), 3: labels(n1=(1, 0))})
    objects = {
        "1": {"category": "dog", "frames": ["00000", "00002", "00003"]},
        "2": {"category": "cat", "frames": ["00002", "00003"]},
    }
    (folder / "meta.json").write_text(json.dumps({"videos": {"v": {"objects": objects}}}))
    return folder


def lvos(folder: Path) -> Path:
    vos(folder, maps={t: labels(n1=(t, 0)) for t in range(4)})
    objects = {"1": {"frame_range": {"start": "0", "end": "3", "frame_nums": "4"}},
               "2": {"frame_range": {"start": "2", "end": "3", "frame_nums": "2"}}}  # fmt: skip
    (folder / "train_meta.json").write_text(json.dumps({"videos": {"v": {"objects": objects}}}))
    return folder


def sav_folders(folder: Path) -> Path:
    write_frames(folder / "JPEGImages_24fps/v", 5, suffix=".jpg")
    for number, places in ((0, {0: (1, 1), 4: (2, 1)}), (3, {0: (2, 2), 4: None})):
        for t, place in places.items():
            one = labels() if place is None else labels(n1=place)
            save_palette(one, folder / f"Annotations_6fps/v/{number:03d}/{t:05d}.png")
    (folder / "sav_val.txt").write_text("v\n")
    return folder


def davis_2016(folder: Path) -> Path:
    vos(folder)
    (folder / "Annotations/v").mkdir(parents=True)
    for t in range(4):
        Image.fromarray(labels(n255=(t, 1))).save(folder / f"Annotations/v/{t:05d}.png")
    return folder


def mose(folder: Path) -> Path:
    youtube(folder)
    (folder / "meta.json").rename(folder / "meta_train.json")
    return folder


def lvis(folder: Path) -> Path:
    images = [{"id": 5, "coco_url": "http://images.example/train2017/00000.jpg", "height": HEIGHT, "width": WIDTH,
               "neg_category_ids": [1], "not_exhaustive_category_ids": []}]  # fmt: skip
    return coco(folder, images=images, annotations=[])


def tao(folder: Path) -> Path:
    images = [
        {"id": t, "file_name": f"{t:05d}.jpg", "height": HEIGHT, "width": WIDTH, "video_id": 1, "frame_index": t}
        for t in range(2)
    ]
    rows = [{"id": 1, "image_id": 1, "category_id": 1, "track_id": 40, "video_id": 1, "segmentation": rle(1, 1)}]
    return coco(folder, images=images, annotations=rows, videos=[{"id": 1, "name": "train2017/v"}])


MADE: dict[str, Callable[[Path], Path]] = {
    "sav-folders": sav_folders, "lvos": lvos, "mose": mose, "youtube-vos": youtube, "davis-2016": davis_2016,
    "davis-2017": lambda folder: vos(folder, maps={0: labels(n1=(0, 0), n255=(8, 8)), 1: labels(n3=(2, 2))}), "sav": sav,
    "coco-videos": tao, "lvis": lvis, "coco": coco, "sa-1b": sa1b, "plain": plain,
}  # fmt: skip


@pytest.mark.parametrize("name", [layout.name for layout in LAYOUTS])
@pytest.mark.parametrize("inside", ["", "train"])
def test_a_folders_format_is_recognised_by_its_contents(name: str, inside: str, tmp_path: Path) -> None:
    made = MADE[name](tmp_path / "set" / inside)
    found = recognise(tmp_path / "set")
    assert found is not None
    # these may have any folders above their files
    made = tmp_path / "set" if name in ("sav", "sa-1b", "plain") else made
    assert (found[0].name, found[1]) == (name, made)


def test_what_is_no_set_or_several_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no data set of a format that masklet knows"):
        open_set(tmp_path / "empty")
    with pytest.raises(DataError, match="there is no such folder"):
        open_set(tmp_path / "gone")
    with pytest.raises(DataError, match="'coko' is no format"):
        open_set(tmp_path / "empty", layout="coko")
    vos(tmp_path / "two/train", maps={0: labels(n1=(0, 0))})
    youtube(tmp_path / "two/valid")
    with pytest.raises(DataError, match=r"train \(davis-2017\), valid \(youtube-vos\); give one"):
        open_set(tmp_path / "two")
    coco(tmp_path / "both")
    shutil.copy(
        tmp_path / "both/annotations/instances_train2017.json", tmp_path / "both/annotations/instances_val2017.json"
    )
    with pytest.raises(DataError, match="several annotation files"):
        open_set(tmp_path / "both")
    assert len(open_set(tmp_path / "both/annotations/instances_val2017.json").names()) == 2


@pytest.mark.parametrize("name", [layout.name for layout in LAYOUTS])
def test_opening_reads_no_item(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = MADE[name](tmp_path / "set")
    data = layout_named(name).open(made, Issues(strict=True))
    monkeypatch.setattr(type(data), "read", lambda *_: pytest.fail("an item was read"))
    for part in ("picture_size", "read_label_map", "read_json"):
        for room in ("vos_folder", "sav_folders", "sav", "sa1b", "plain", "coco", "coco_videos"):
            monkeypatch.setattr(
                f"masklet.data.sets.{room}.{part}", lambda *_: pytest.fail("a file was read"), raising=False
            )
    assert data.names()


def test_sav_rows_are_every_fourth_frame(tmp_path: Path) -> None:
    item = video(open_set(sav(tmp_path / "sav_000")), "sav_000001")
    assert (len(item), item.fps, item.size) == (9, 24.0, SIZE)
    assert sorted(item.truths) == [0, 4, 8]
    assert item.truths[4].absent == {1}
    assert np.array_equal(decode_mask(item.truths[8].regions[0].rle), labels(n1=(3, 1)) > 0)
    assert item.things[0].extra["masklet_edited_frame_count"] == 3
    assert item.extra == {"video_environment": "Indoor", "video_split": "train"}


def test_sav_masklets_of_hand_and_of_a_model_are_one_item(tmp_path: Path) -> None:
    folder = sav(tmp_path)
    auto = json.loads((folder / "sav_000001_manual.json").read_text())
    auto |= {"masklet_type": ["auto", "auto"], "masklet_stability_score": [[0.9, 0.8], [0.7, 0.6], [0.5, 0.4]]}
    (folder / "sav_000001_auto.json").write_text(json.dumps(auto))
    item = video(open_set(folder), "sav_000001")
    assert [(t.id, t.extra["masklet_type"], t.extra.get("masklet_id")) for t in item.things] == [
        (0, "manual", None), (1, "manual", None), (2, "auto", 0), (3, "auto", 1),
    ]  # fmt: skip
    assert item.things[3].extra["masklet_stability_score"] == [0.8, 0.6, 0.4]
    assert len(item.truths[0].regions) == 4
    assert len(video(open_set(folder, masklets="auto"), "sav_000001").things) == 2
    layout = layout_named("sav")
    (tmp_path / "again").mkdir()
    shutil.copy(folder / "sav_000001.mp4", tmp_path / "again")
    layout.write(item, tmp_path / "again", exact=False)
    again = json.loads((tmp_path / "again/sav_000001_auto.json").read_text())
    for key in ("masklet", "masklet_id", "masklet_type", "masklet_stability_score", "video_environment"):
        assert again[key] == auto[key], key


def test_lvos_ranges_tell_absent_from_unannotated(tmp_path: Path) -> None:
    item = video(open_set(lvos(tmp_path)), "v")
    assert [sorted(item.truths[t].absent) for t in range(4)] == [[], [], [2], [2]]


def test_sav_folders_hold_objects_that_overlap(tmp_path: Path) -> None:
    data = open_set(sav_folders(tmp_path))
    item = video(data, "v")
    assert ([t.id for t in item.things], item.fps) == ([0, 3], 24.0)
    assert [len(item.truths[t].regions) for t in (0, 4)] == [2, 1]
    assert item.truths[4].absent == {3}
    assert dict(data.about.splits) == {"sav_val": ("v",)}


def test_davis_2016_is_one_object_and_2017_has_void(tmp_path: Path) -> None:
    item = video(open_set(davis_2016(tmp_path / "a")), "v")
    assert ([t.id for t in item.things], [truth.void for truth in item.truths.values()]) == ([1], [None] * 4)
    item = video(open_set(MADE["davis-2017"](tmp_path / "b")), "v")
    assert [t.id for t in item.things] == [1, 3]
    assert np.array_equal(decode_mask(item.truths[0].void or {}), labels(n255=(8, 8)) > 0)
    assert item.truths[1].absent == {1}


def test_coco_has_polygons_crowds_and_both_kinds_of_rle(tmp_path: Path) -> None:
    data = open_set(coco(tmp_path))
    assert list(data.names()) == ["00000", "00001"]
    second = picture(data, "00001")
    assert [(t.id, t.category, t.crowd) for t in second.things] == [(70, "dog ö", False), (72, "person", True)]
    assert second.truth.regions[0].polygons == ((3.0, 3.0, 8.0, 3.0, 8.0, 9.0, 3.0, 9.0),)
    assert second.truth.regions[0].area == 30
    assert second.truth.regions[1].area == 3
    assert np.flatnonzero(decode_mask(second.truth.regions[1].rle)[:, 0]).tolist() == [2, 3, 4]
    assert data.about.extra == {"info": {"year": 2017}, "licenses": [{"id": 1}]}
    assert data.about.categories[0].extra == {"supercategory": "person"}


def test_lvis_names_its_pictures_by_address(tmp_path: Path) -> None:
    item = picture(open_set(lvis(tmp_path)), "train2017/00000")
    assert item.extra["neg_category_ids"] == [1]
    assert item.file == tmp_path / "train2017/00000.jpg"


def test_tracks_of_other_makers_are_objects(tmp_path: Path) -> None:
    item = video(open_set(tao(tmp_path)), "train2017/v")
    assert [(t.id, t.category) for t in item.things] == [(40, "person")]
    assert item.truths[0].absent == {40}
    assert item.truths[1].regions[0].thing == 40


def test_sa1b_keeps_its_fields(tmp_path: Path) -> None:
    item = picture(open_set(sa1b(tmp_path)), "sa_1")
    assert item.truth.regions[0].extra["predicted_iou"] == 0.93
    assert item.extra == {"image_id": 1}


def test_plain_labels_may_have_16_bits(tmp_path: Path) -> None:
    assert [t.id for t in picture(open_set(plain(tmp_path)), "a/2").things] == [300]


Damage = Callable[[Path], Any]


def edit(path: str, change: Callable[[dict[str, Any]], Any]) -> Damage:
    def damage(folder: Path) -> None:
        data = json.loads((folder / path).read_text())
        change(data)
        (folder / path).write_text(json.dumps(data))

    return damage


def overwrite(path: str, content: bytes = b"broken") -> Damage:
    return lambda folder: (folder / path).write_bytes(content)


INSTANCES, MANUAL = "annotations/instances_train2017.json", "sav_000001_manual.json"
BROKEN: list[tuple[str, Damage, str]] = [
    ("davis-2017", overwrite("Annotations/v/00000.png"), r"Annotations/v/00000\.png: .*cannot be read"),
    ("davis-2017", overwrite("Annotations/v/00000.png", b""), r"00000\.png:? is empty"),
    ("davis-2017", overwrite("JPEGImages/v/00000.jpg"), r"JPEGImages/v/00000\.jpg:? is not a picture"),
    ("davis-2017", lambda f: save_palette(np.ones((4, 4)), f / "Annotations/v/00002.png"), "4x4 pixels, the video 24x18"),
    ("davis-2017", lambda f: save_palette(labels(), f / "Annotations/v/00009.png"), r"00009\.png: annotates a frame"),
    ("davis-2017", lambda f: (f / "Annotations/w").mkdir(), "annotations of a video without pictures"),
    ("davis-2017", lambda f: (f / "JPEGImages/w").mkdir(), "no pictures in this folder"),
    ("youtube-vos", overwrite("meta.json", b'{"videos":\n {"v": {"objects": {"1": {}}},\n "w": }'), "line 3: broken JSON"),
    ("youtube-vos", edit("meta.json", lambda d: d["videos"]["v"]["objects"].pop("2")), "object 2 is not in the set's JSON"),
    ("youtube-vos", edit("meta.json", lambda d: d["videos"].update(w={"objects": {}})), "w: the set's JSON names it"),
    ("youtube-vos", edit("meta.json", lambda d: d["videos"].update(v={"objects": [1]})), r"videos\.v: expected"),
    ("youtube-vos", edit("meta.json", lambda d: d.update(videos={})), "says nothing of the video 'v'"),
    ("lvos", edit("train_meta.json", lambda d: d["videos"]["v"]["objects"]["2"].update(frame_range={})), r"objects\.2: "),
    ("sav-folders", lambda f: (f / "Annotations_6fps/v/dog").mkdir(), "an object's folder is a number"),
    ("sav-folders", lambda f: (f / "sav_val.txt").write_text("v\nw\n"), r"sav_val\.txt, line 2: there is no video 'w'"),
    ("sav-folders", overwrite("Annotations_6fps/v/003/00004.png"), r"003/00004\.png: .*cannot be read"),
    ("sav", overwrite(MANUAL, b'{"video_id":\n'), "manual.json.*line 2: broken JSON"),
    ("sav", edit(MANUAL, lambda d: d.pop("masklet")), "not of SA-V's form: KeyError 'masklet'"),
    ("sav", edit(MANUAL, lambda d: d["masklet"][1].pop()), "frame 4: has 1 masks for 2 objects"),
    ("sav", edit(MANUAL, lambda d: d["masklet"].extend([d["masklet"][0]] * 4)), "has masks for 7 frames, and the video has 9"),
    ("sav", edit(MANUAL, lambda d: d["masklet"][2][1].update(counts="zz")), "frame 8, object 1: .*RLE is broken"),
    ("sav", edit(MANUAL, lambda d: d["masklet"][0][0].update(size=[9, 48])), "frame 0, object 0: a mask of 48x9 in a video"),
    ("sav", lambda f: (f / "sav_000001.mp4").unlink(), r"sav_000001\.mp4: has annotations, but there is no such video"),
    ("sav", lambda f: (f / "b.mp4").touch(), r"b\.mp4: there is no JSON of its masklets"),
    ("sa-1b", overwrite("sa_1.json", b'{"image": 1,}'), r"sa_1\.json.*line 1"),
    ("sa-1b", edit("sa_1.json", lambda d: d["annotations"].append({"id": 2})), r"annotations\[1\]: is no annotation"),
    ("sa-1b", edit("sa_1.json", lambda d: d["annotations"].append(d["annotations"][0])), r"annotations\[1\]: the id 9"),
    ("sa-1b", edit("sa_1.json", lambda d: d["image"].update(width=3)), "says 3x18, the picture has 24x18"),
    ("sa-1b", lambda f: (f / "sa_2.json").write_text("{}"), r"sa_2\.json: there is no picture"),
    ("plain", lambda f: (f / "a/2.png").unlink(), r"a/2\.jpg: there is no label map"),
    ("plain", lambda f: (f / "index.jsonl").write_text('{"picture": "a/1.jpg"}\n\n{"picture": 3}\nx'), r"index\.jsonl, line [34]"),
    ("plain", lambda f: (f / "index.jsonl").write_text('{"picture": "../1.jpg"}\n'), r"line 1: expected"),
    ("plain", lambda f: (f / "index.jsonl").write_text('{"picture": "a/1.jpg", "objects": 3}\n'), "1 objects, the index says 3"),
    ("coco", overwrite(INSTANCES, b'{"images": [{"id": 1, "file_name": "00000.jpg"}],\n"annotations": [\n{"x"'), "line 3: broken JSON"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][0].update(category_id=9)), r"annotations\[0\]: category_id 9"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][0].update(image_id=99)), "1 annotations of image_id 99"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][0].update(segmentation=[[1, 2]])), r"annotations\[0\]: a polygon"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][0].update(segmentation=[])), "the segmentation is empty"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][2]["segmentation"].update(counts=[1])), r"annotations\[2\]: .*do not fill"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"][0].update(segmentation=[[90, 90, 95, 90, 95, 95]])), "covers no pixel"),
    ("coco", edit(INSTANCES, lambda d: d["annotations"].append("x")), r"annotations\[3\]: is not of COCO's form"),
    ("coco", edit(INSTANCES, lambda d: d["images"][0].update(file_name="../../x.jpg")), r"images\[0\]: .*no path below"),
    ("coco", edit(INSTANCES, lambda d: d["images"].append(d["images"][0])), r"images\[2\]: id 5"),
    ("coco", edit(INSTANCES, lambda d: d["categories"].append({"id": 3, "name": "person"})), "'person'#3"),
    ("coco", lambda f: (f / "train2017/00001.jpg").unlink(), r"00001\.jpg:? does not exist"),
    ("coco-videos", edit(INSTANCES, lambda d: d["videos"].append({"id": 2, "name": "w"})), "the video 'w' has no images"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage", "said"), BROKEN)
def test_what_is_broken_is_named_and_reading_goes_on(name: str, damage: Damage, said: str, tmp_path: Path) -> None:
    import re

    folder = MADE[name](tmp_path)
    damage(folder)
    data = open_set(folder, layout=name)
    for item in data.names():
        data.read(item)
    _ = data.about
    found = [str(issue) for issue in data.issues]
    assert any(re.search(said, line) for line in found), found
    assert all(line.startswith(str(folder)) and "\n" not in line for line in found), found
    assert len(data.issues) == len(found) <= 2, found
    with pytest.raises(InputError, match=said):
        strict = open_set(folder, layout=name, issues=Issues(strict=True))
        _ = [strict.read(item) for item in strict.names()], strict.about


def test_the_rest_of_a_broken_set_is_read(tmp_path: Path) -> None:
    data = open_set(vos(tmp_path, maps={t: labels(n1=(t, 0)) for t in range(4)}))
    (tmp_path / "Annotations/v/00002.png").write_bytes(b"broken")
    assert sorted(video(data, "v").truths) == [0, 1, 3]
    data = open_set(coco(tmp_path / "c"))
    edit(INSTANCES, lambda d: d["annotations"][0].update(segmentation=[]))(tmp_path / "c")
    assert [t.id for t in picture(data, "00001").things] == [72]


def test_issues_are_counted_beyond_those_that_are_kept() -> None:
    issues = Issues()
    for number in range(1500):
        issues.add(f"{number}.png", "broken", "is broken")
    assert (len(issues), len(list(issues)), issues.as_json()["kinds"]) == (1500, 1000, {"broken": 1500})
