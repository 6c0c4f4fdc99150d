"""Sets looked through for what is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from masklet.data.sets.check import Checked, check_set
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.layouts import layout_named, open_set
from masklet.data.sets.seam import DataSet
from tests.commands.conftest import write_video
from tests.data.drawn import davis_folder, picture_folder
from tests.data.sets.test_readers import coco
from tests.session import drawn


def opened(folder: Path, *, strict: bool = False) -> DataSet:
    return open_set(folder, issues=Issues(strict=strict))


def kinds(data: DataSet) -> dict[str, int]:
    return dict(data.issues.counts)


def sav(folder: Path, frames: float, *, width: int = drawn.WIDTH) -> Path:
    """SA-V's files of a video that has 5 frames, with what its JSON says of it."""
    folder.mkdir(exist_ok=True)
    write_video(folder / "sav_000001.mp4", 5)
    said = {
        "video_id": "sav_000001", "video_duration": frames / 24, "video_frame_count": frames,
        "video_width": float(width), "video_height": float(drawn.HEIGHT),
        "masklet": [[] for _ in range(0, int(frames), 4)], "masklet_id": [],
    }  # fmt: skip
    (folder / "sav_000001_manual.json").write_text(json.dumps(said))
    return folder


def test_a_whole_set_is_counted(tmp_path: Path) -> None:
    data = opened(davis_folder(tmp_path, {"run": 3, "walk": 2}))
    steps: list[tuple[int, int]] = []
    assert check_set(data, step=lambda done, total: steps.append((done, total))) == Checked(2, 5, 6, 15)
    assert kinds(data) == {} and steps == [(1, 2), (2, 2)]


def test_pictures_are_counted_one_by_one(tmp_path: Path) -> None:
    data = opened(coco(tmp_path))
    assert check_set(data) == Checked(2, 2, 3, 3)
    assert kinds(data) == {}


def test_pixels_are_decoded_unless_told_otherwise(tmp_path: Path) -> None:
    folder = davis_folder(tmp_path, {"run": 3})
    picture = folder / "JPEGImages/run/00001.jpg"
    picture.write_bytes(picture.read_bytes()[:600])  # its head is whole
    quick = opened(folder)
    assert check_set(quick, pixels=False).items == 1 and kinds(quick) == {}
    careful = opened(folder)
    assert check_set(careful).items == 1 and kinds(careful) == {"picture broken": 1}
    assert [issue.file for issue in careful.issues] == [str(picture)]


def test_a_frame_of_another_size_is_told(tmp_path: Path) -> None:
    folder = davis_folder(tmp_path, {"run": 3})
    Image.new("RGB", (80, 60)).save(folder / "JPEGImages/run/00002.jpg")
    data = opened(folder)
    check_set(data)
    assert kinds(data) == {"size differs": 1}
    assert "80x60 pixels, the video 160x120" in str(next(iter(data.issues)))


def test_broken_pictures_are_told_and_the_others_counted(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path, 3)
    picture = next(folder.rglob("*.jpg"))
    content = picture.read_bytes()
    picture.write_bytes(content[: len(content) * 3 // 4])
    data = opened(folder)
    assert check_set(data).items == 3
    assert kinds(data) == {"picture broken": 1}


@pytest.mark.parametrize(
    ("frames", "width", "found"),
    [
        (5.0, drawn.WIDTH, {}),
        (9.0, drawn.WIDTH, {"frame count": 1}),
        (5.0, drawn.WIDTH + 2, {"size differs": 1}),
    ],
)
def test_a_video_file_is_held_against_its_json(tmp_path: Path, frames: float, width: int, found: object) -> None:
    data = opened(sav(tmp_path / "set", frames, width=width))
    assert check_set(data).frames == frames
    assert kinds(data) == found


def test_a_video_that_cannot_be_decoded_is_told(tmp_path: Path) -> None:
    folder = sav(tmp_path / "set", 5.0)
    (folder / "sav_000001.mp4").write_bytes(b"no video")
    data = opened(folder)
    assert check_set(data).items == 1
    assert kinds(data) == {"video broken": 1}


def test_a_set_of_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "JPEGImages").mkdir()
    (tmp_path / "Annotations").mkdir()
    data = layout_named("davis-2017").open(tmp_path, Issues())
    assert check_set(data) == Checked(0, 0, 0, 0)
    assert kinds(data) == {"empty": 1}


def test_strict_stops_at_the_first_fault(tmp_path: Path) -> None:
    folder = davis_folder(tmp_path, {"run": 3})
    (folder / "JPEGImages/run/00001.jpg").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"00001\.jpg"):
        check_set(opened(folder, strict=True))
