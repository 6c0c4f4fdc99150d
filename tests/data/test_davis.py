from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.davis import VOID, DavisSet
from masklet.errors import InputError, MediaError
from tests.data.drawn import davis_folder, palette, save_palette, shapes


@pytest.mark.parametrize("level", ["", "480p"])
def test_sequences_are_read_frame_by_frame(tmp_path: Path, level: str) -> None:
    videos = DavisSet(davis_folder(tmp_path, {"walk": 3, "run": 2}, level))
    assert [(s.name, len(s)) for s in videos.sequences] == [("run", 2), ("walk", 3)]
    walk = videos.sequences[1]
    pixels, labels = shapes((120, 160), 0)
    assert np.array_equal(walk.labels(2), np.roll(labels, 4, 1))
    assert np.abs(walk.picture(2).astype(int) - np.roll(pixels, 4, 1)).mean() < 4
    assert walk.labels(2).dtype == np.uint8
    assert walk.objects == (1, 2, 3)


def test_the_resolution_asked_for_is_taken(tmp_path: Path) -> None:
    davis_folder(tmp_path, {"small": 1}, "480p")
    davis_folder(tmp_path, {"large": 1}, "1080p")
    assert [s.name for s in DavisSet(tmp_path).sequences] == ["small"]
    assert [s.name for s in DavisSet(tmp_path, resolution="1080p").sequences] == ["large"]
    with pytest.raises(InputError, match="720p"):
        DavisSet(tmp_path, resolution="720p")


def test_names_choose_and_order_the_sequences(tmp_path: Path) -> None:
    davis_folder(tmp_path, {"a": 1, "b": 1, "c": 1})
    assert [s.name for s in DavisSet(tmp_path, names=["c", "a"]).sequences] == ["c", "a"]
    with pytest.raises(InputError, match="/d: no such sequence"):
        DavisSet(tmp_path, names=["d"])


@pytest.mark.parametrize("mode", ["grey", "soft", "rgb", "rgba", "bit", "palette"])
def test_255_is_the_object_of_a_binary_sequence(tmp_path: Path, mode: str) -> None:
    davis_folder(tmp_path, {"walk": 2})
    marked = shapes((120, 160), 0)[1] == 1
    grey = Image.fromarray(marked.astype(np.uint8) * 255)
    soft = marked.astype(np.uint8) * 255
    soft[0, :2] = 60, 200
    made = {
        "grey": grey, "soft": Image.fromarray(soft), "rgb": grey.convert("RGB"),
        "rgba": grey.convert("RGBA"), "bit": grey.convert("1"), "palette": grey,
    }[mode]  # fmt: skip
    for t in range(2):
        made.save(tmp_path / f"Annotations/walk/0000{t}.png")
        if mode == "palette":
            save_palette(marked * VOID, tmp_path / f"Annotations/walk/0000{t}.png")
    walk = DavisSet(tmp_path).sequences[0]
    expected = marked.copy()
    expected[0, 1] |= mode == "soft"
    assert np.array_equal(walk.labels(1), expected.astype(np.uint8))
    assert walk.objects == (1,)


def test_255_is_void_among_several_objects(tmp_path: Path) -> None:
    davis_folder(tmp_path, {"walk": 2})
    labels = shapes((120, 160), 0)[1]
    save_palette(np.where(labels == 2, VOID, labels), tmp_path / "Annotations/walk/00000.png")
    save_palette(np.where(labels == 2, VOID, 0), tmp_path / "Annotations/walk/00001.png")
    walk = DavisSet(tmp_path).sequences[0]
    assert set(np.unique(walk.labels(0))) == {0, 1, 3, VOID}
    assert set(np.unique(walk.labels(1))) == {0, VOID}  # still void, though no number stands beside it here
    assert walk.objects == (1, 3)


def test_colours_of_the_palette_become_numbers(tmp_path: Path) -> None:
    davis_folder(tmp_path, {"walk": 1})
    path = tmp_path / "Annotations/walk/00000.png"
    numbers = np.arange(255, dtype=np.uint8).reshape(15, 17)
    Image.fromarray(np.array(palette(), np.uint8).reshape(256, 3)[numbers]).save(path)
    assert np.array_equal(DavisSet(tmp_path).sequences[0].labels(0), numbers)
    Image.fromarray(np.full((4, 4, 3), (255, 10, 3), np.uint8)).save(path)
    with pytest.raises(MediaError, match=r"00000\.png.*palette"):
        DavisSet(tmp_path).sequences[0].labels(0)


def test_frames_without_an_annotation_are_known(tmp_path: Path) -> None:
    davis_folder(tmp_path, {"walk": 4})
    (tmp_path / "Annotations/walk/00001.png").unlink()
    walk = DavisSet(tmp_path).sequences[0]
    assert walk.annotated == (0, 2, 3)
    with pytest.raises(MediaError, match=r"walk/00001\.png: no such annotation"):
        walk.labels(1)


def test_broken_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="JPEGImages"):
        DavisSet(tmp_path)
    davis_folder(tmp_path, {"walk": 2})
    (tmp_path / "JPEGImages/walk/00001.jpg").write_bytes(b"\xff\xd8broken")
    (tmp_path / "Annotations/walk/00001.png").write_bytes(b"broken")
    walk = DavisSet(tmp_path).sequences[0]
    with pytest.raises(MediaError, match=r"walk/00001\.jpg"):
        walk.picture(1)
    with pytest.raises(MediaError, match=r"walk/00001\.png"):
        walk.labels(1)
    (tmp_path / "JPEGImages/empty").mkdir()
    with pytest.raises(InputError, match="empty: no pictures"):
        DavisSet(tmp_path)


def test_a_part_is_spread_over_the_set(tmp_path: Path) -> None:
    videos = DavisSet(davis_folder(tmp_path, {"a": 1, "b": 1, "c": 1, "d": 1}))
    assert [one.name for one in videos.thinned(2).sequences] == ["a", "c"]
    assert len(videos) == 4
    assert videos.thinned(4).sequences == videos.thinned(9).sequences == videos.sequences
