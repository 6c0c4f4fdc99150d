"""YouTube-VOS and MOSE: what their JSON says of objects and frames; broken ones are in test_readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.sets.issues import Issues
from masklet.data.sets.layouts import open_set
from masklet.data.sets.values import Thing, VideoItem
from masklet.data.sets.youtube_vos import MetaFile, YouTubeVos, find_meta, object_fields, thing_of, write_meta
from tests.data.sets.drawn_sets import EXTRAS, WORDS, read_set, write_set
from tests.data.sets.test_readers import labels, lvos, mose, sav_folders, video, vos, youtube

YOUTUBE, MOSE = YouTubeVos("youtube-vos"), YouTubeVos("mose")


def changed(path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    data = json.loads(path.read_text())
    change(data["videos"])
    path.write_text(json.dumps(data))
    return path


def opened(folder: Path, layout: YouTubeVos = YOUTUBE) -> VideoItem:
    (item,) = read_set(layout, folder)
    assert isinstance(item, VideoItem)
    return item


def test_youtube_vos_tells_absent_from_unannotated(tmp_path: Path) -> None:
    item = video(open_set(youtube(tmp_path)), "v")
    assert [(t.id, t.category) for t in item.things] == [(1, "dog"), (2, "cat")]
    assert item.truths[0].absent == frozenset()  # object 2 has not been spoken of yet
    assert item.truths[2].absent == {1}
    assert item.truths[3].absent == {2}
    assert 1 not in item.truths


def test_an_object_without_a_list_is_spoken_of_on_every_annotated_frame(tmp_path: Path) -> None:
    folder = youtube(tmp_path)
    changed(folder / "meta.json", lambda videos: videos["v"]["objects"]["2"].pop("frames"))
    assert {t: set(truth.absent) for t, truth in opened(folder).truths.items()} == {0: {2}, 2: {1}, 3: {2}}


def test_an_object_that_is_never_drawn_is_known_all_the_same(tmp_path: Path) -> None:
    folder = youtube(tmp_path)
    changed(folder / "meta.json", lambda videos: videos["v"]["objects"].update({"9": {"frames": ["00003"]}}))
    item = opened(folder)
    assert [thing.id for thing in item.things] == [1, 2, 9]
    assert [t for t, truth in item.truths.items() if 9 in truth.absent] == [3]


@pytest.mark.parametrize(
    ("made", "expected"), [(youtube, "youtube-vos"), (mose, "mose"), (lvos, None), (vos, None), (sav_folders, None)]
)
def test_each_knows_its_own(tmp_path: Path, made: Callable[[Path], Path], expected: str | None) -> None:
    folder = made(tmp_path)
    assert [one.name for one in (YOUTUBE, MOSE) if one.recognise(folder)] == ([expected] if expected else [])


def test_a_video_of_a_told_length_is_moses_whatever_its_file_is_called(tmp_path: Path) -> None:
    folder = youtube(tmp_path)
    changed(folder / "meta.json", lambda videos: videos["v"].update(length=4))
    assert MOSE.recognise(folder)
    assert not YOUTUBE.recognise(folder)
    assert opened(folder, MOSE).extra == {"length": 4}


@pytest.mark.parametrize("name", ["train_meta.json", "meta_train.json"])
def test_the_json_may_lie_beside_the_folder(tmp_path: Path, name: str) -> None:
    folder = youtube(tmp_path / "train")
    (folder / "meta.json").rename(tmp_path / name)
    assert find_meta(folder) == (tmp_path / name, "frames")
    assert [thing.category for thing in opened(folder).things] == ["dog", "cat"]


def test_a_json_of_something_else_is_passed_over(tmp_path: Path) -> None:
    folder = youtube(tmp_path)
    (folder / "a_meta.json").write_text('{"licence": "none"}')
    found = find_meta(folder)
    assert found is not None and found[0].name == "meta.json"


def test_without_its_json_it_is_read_as_davis(tmp_path: Path) -> None:
    folder = youtube(tmp_path)
    (folder / "meta.json").unlink()
    item = opened(folder)
    assert [(thing.id, thing.category) for thing in item.things] == [(1, None), (2, None)]
    assert item.truths[0].absent == {2}


@pytest.mark.parametrize("frames", [7, "00003", {"0": "00003"}])
def test_one_broken_object_does_not_take_the_others_along(tmp_path: Path, frames: object) -> None:
    folder = youtube(tmp_path)
    changed(folder / "meta.json", lambda videos: videos["v"]["objects"]["2"].update(frames=frames))
    issues = Issues()
    item = YOUTUBE.open(folder, issues).read("v")
    assert item is not None
    assert [(thing.id, thing.category) for thing in item.things] == [(1, "dog"), (2, None)]
    assert any("videos.v.objects.2: an object's fields are of another form" in str(issue) for issue in issues)


@given(name=st.none() | WORDS, category=st.none() | WORDS, extra=EXTRAS, number=st.integers(1, 254))
def test_an_objects_fields_come_back(
    name: str | None, category: str | None, extra: dict[str, Any], number: int
) -> None:
    thing = Thing(number, name, category, False, extra)
    own = {"frames": ["00000"]}
    assert thing_of(number, {**object_fields(thing), **own}, frozenset(own)) == thing


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=6),
        st.fixed_dictionaries({"objects": st.dictionaries(st.integers(1, 9).map(str), EXTRAS, max_size=3), "a": WORDS}),
        max_size=4,
    )
)
def test_of_a_written_json_each_videos_part_is_found(videos: dict[str, dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "meta.json"
        write_meta(path, ({"name": name, "video": video} for name, video in videos.items()))
        assert json.loads(path.read_text()) == {"videos": videos}
        issues = Issues(strict=True)
        meta = MetaFile(path, issues, lambda number, fields: (number, fields))
        assert list(meta.videos) == list(videos)
        for name, said in videos.items():
            note = meta.note(name, issues)
            assert note is not None and note.extra == {"a": said["a"]}
            assert dict(note.objects.values()) == {int(number): one for number, one in said["objects"].items()}  # type: ignore[call-overload]


@pytest.mark.parametrize(("layout", "file"), [(YOUTUBE, "meta.json"), (MOSE, "meta_train.json")])
def test_what_is_written_lists_the_frames_that_speak_of_an_object(
    tmp_path: Path, layout: YouTubeVos, file: str
) -> None:
    item = opened(youtube(tmp_path / "in"))
    out = write_set(layout, [item], tmp_path / "out")
    assert json.loads((out / file).read_text()) == {
        "videos": {
            "v": {
                "objects": {
                    "1": {"category": "dog", "frames": ["00000", "00002", "00003"]},
                    "2": {"category": "cat", "frames": ["00002", "00003"]},
                }
            }
        }
    }
    assert layout.recognise(out)


def test_a_frame_may_show_an_object_that_its_list_leaves_out(tmp_path: Path) -> None:
    folder = vos(tmp_path, maps={0: labels(n1=(0, 0)), 1: labels(n1=(1, 0)), 2: labels()})
    objects = {"1": {"frames": ["00000"]}}
    (folder / "meta.json").write_text(json.dumps({"videos": {"v": {"objects": objects}}}))
    item = opened(folder)
    assert [(len(truth.regions), set(truth.absent)) for truth in item.truths.values()] == [
        (1, set()),
        (1, set()),
        (0, set()),
    ]
