"""A JSON of COCO's form, opened by one pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.sets.coco_index import CocoIndex, Rows, file_name, find_json, members, picture_root
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.json_index import Part
from masklet.data.sets.values import Category
from tests.data.sets.test_readers import coco


def written(folder: Path, **members: Any) -> Path:
    path = folder / "set.json"
    path.write_text(json.dumps(members))
    return path


def opened(path: Path) -> tuple[CocoIndex, Issues]:
    issues = Issues()
    return CocoIndex(path, issues), issues


def image(number: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"id": number, "file_name": name or f"{number}.jpg", **more}


@given(st.lists(st.integers(-3, 3), max_size=20))
def test_rows_are_found_by_owner_in_their_order(owners: list[int]) -> None:
    rows = Rows()
    for place, owner in enumerate(owners):
        rows.add(owner, Part("annotations", place, 10 * place, 10 * place + 9, None))
    for owner in range(-4, 5):
        places = [place for place, one in enumerate(owners) if one == owner]
        assert rows.of(owner) == [(place, 10 * place, 10 * place + 9) for place in places]
    assert rows.owners().tolist() == owners


def test_parts_are_loaded_from_where_they_lie(tmp_path: Path) -> None:
    rows = [{"id": 7, "image_id": 2, "text": "ö}]"}, {"id": 8, "image_id": 1}, {"id": 9, "image_id": 2}]
    index, issues = opened(written(tmp_path, images=[image(1), image(2, "a/b.c.png")], annotations=rows))
    assert not len(issues)
    assert index.names == {"1": 1, "a/b.c": 2}
    assert index.load(index.images[2]) == image(2, "a/b.c.png")
    assert [index.load((start, stop)) for _, start, stop in index.annotations.of(2)] == [rows[0], rows[2]]
    assert not index.is_video


def test_other_members_are_carried_along(tmp_path: Path) -> None:
    more = {"info": {"year": 2017}, "licenses": [{"id": 1}], "note": "x", "empty": None}
    index, issues = opened(written(tmp_path, images=[image(1)], annotations=[], **more))
    assert index.extra == more and not len(issues)


def test_a_member_as_large_as_data_is_left_out_and_told(tmp_path: Path) -> None:
    index, issues = opened(written(tmp_path, images=[], annotations=[], features="x" * (1 << 20)))
    assert index.extra == {} and dict(issues.counts) == {"member left out": 1}


def test_categories_are_told_apart(tmp_path: Path) -> None:
    rows = [{"id": 1, "name": "dog", "supercategory": "animal"}, {"id": 2, "name": "dog"}]
    rows.append({"id": 3, "name": "object", "unnamed": True})
    index, issues = opened(written(tmp_path, images=[], annotations=[], categories=rows))
    assert index.categories[1] == Category("dog", 1, {"supercategory": "animal"})
    assert [index.category(number) for number in (1, 2, 3)] == ["dog", "dog#2", None]
    assert dict(issues.counts) == {"category twice": 1}
    with pytest.raises(KeyError):
        index.category(4)


def test_videos_tracks_and_their_frames(tmp_path: Path) -> None:
    images = [image(1, video_id=5), image(2), image(3, video_id=5)]
    tracks = [{"id": 9, "video_id": 5}]
    index, issues = opened(written(tmp_path, images=images, annotations=[], videos=[{"id": 5}], tracks=tracks))
    assert not len(issues) and index.is_video
    assert [index.load((start, stop))["id"] for _, start, stop in index.frames.of(5)] == [1, 3]
    assert [index.load((start, stop)) for _, start, stop in index.tracks.of(5)] == tracks


@pytest.mark.parametrize(
    ("images", "annotations", "found"),
    [
        ([image(1), image(1, "b.jpg")], [], {"picture twice": 1}),
        ([image(1), image(2, "1.png")], [], {"picture twice": 1}),
        ([image(1, "../1.jpg")], [], {"images broken": 1}),
        ([image(1, "/etc/1.jpg")], [], {"images broken": 1}),
        ([image(1 << 63)], [], {"images broken": 1}),
        ([{"id": 1}], [], {"images broken": 1}),
        (["1.jpg"], [], {"images broken": 1}),
        ([image(1)], [{"id": 1}, {"id": 2, "image_id": None}], {"annotations broken": 2}),
        ([image(1)], [{"image_id": 3}, {"image_id": 4}, {"image_id": 3}], {"picture unknown": 2}),
    ],
)
def test_what_is_broken_is_told_and_left_out(
    images: list[Any], annotations: list[Any], found: dict[str, int], tmp_path: Path
) -> None:
    index, issues = opened(written(tmp_path, images=images, annotations=annotations))
    assert dict(issues.counts) == found
    assert all(one.file == str(index.path) for one in issues)
    assert set(index.images) <= {1}


def test_a_file_that_breaks_off_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = written(tmp_path, images=[image(1), image(2)], annotations=[{"image_id": 1}, {"image_id": 2}])
    path.write_text(path.read_text()[:-6])
    index, issues = opened(path)
    assert len(index.images) == 2 and len(index.annotations.of(1)) == 1 and not index.annotations.of(2)
    assert dict(issues.counts) == {"JSON broken": 1}
    with pytest.raises(DataError, match=r"set\.json"):
        CocoIndex(path, Issues(strict=True))


def test_lvis_names_pictures_by_address() -> None:
    assert file_name({"coco_url": "http://there/val2017/0001.jpg"}) == "val2017/0001.jpg"
    assert file_name({"file_name": "1.jpg", "coco_url": "http://there/2.jpg"}) == "1.jpg"


def test_only_json_of_cocos_form_is_found(tmp_path: Path) -> None:
    folder = coco(tmp_path)
    (folder / "notes.json").write_text('{"images": [], "text": ""}')
    (folder / "broken.json").write_text("{")
    captions = written(folder / "annotations", images=[], annotations=[{"caption": "a dog"}])
    instances = folder / "annotations/instances_train2017.json"
    assert find_json(folder) == [instances]
    assert find_json(instances) == [instances] and find_json(captions) == [captions]  # one that is named is meant
    assert find_json(folder / "broken.json") == [] and find_json(next(folder.rglob("*.jpg"))) == []


def test_a_file_that_has_changed_is_looked_at_again(tmp_path: Path) -> None:
    path = written(tmp_path, images=[], annotations=[{"caption": ""}])
    assert "segmentation" not in members(path)
    written(tmp_path, images=[], annotations=[{"segmentation": []}])
    assert "segmentation" in members(path)


@pytest.mark.parametrize("place", ["1.jpg", "../1.jpg", "images/1.jpg", "../train/1.jpg", "../pictures/train/1.jpg"])
def test_pictures_are_found_near_the_json(place: str, tmp_path: Path) -> None:
    path = tmp_path / "set/annotations/instances.json"
    picture = path.parent / place
    picture.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert picture_root(path, "1.jpg") is None
    picture.resolve().write_bytes(b"")
    root = picture_root(path, "1.jpg")
    assert root is not None and root.resolve() == picture.resolve().parent
