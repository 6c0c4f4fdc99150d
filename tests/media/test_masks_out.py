import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.errors import MediaError, OutputError, PromptError
from masklet.media.masks_out import MaskFolder, read_mask, read_masklets, safe_name, write_masklets
from masklet.media.rle import decode_mask, encode_mask
from masklet.values import Masklet


@pytest.fixture
def mask() -> np.ndarray:
    return np.random.default_rng(0).random((20, 30)) > 0.6


def test_masks_are_written_as_0_and_255(tmp_path: Path, mask: np.ndarray) -> None:
    path = MaskFolder(tmp_path / "masks").write("dog", 7, mask)
    assert path == tmp_path / "masks" / "dog" / "00007.png"
    with Image.open(path) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), mask * 255)
    assert np.array_equal(read_mask(path, (20, 30)), mask)


@given(st.text(max_size=300))
def test_any_name_is_one_safe_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe and safe not in (".", "..")
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert not safe.startswith((".", " ")) and not safe.endswith((".", " "))
    assert len(safe.encode()) <= 101
    assert safe_name(safe) == safe


@pytest.mark.parametrize("name", ["dog", "the dog", "chien-été_2", "日本", "v1.5"])
def test_harmless_names_stay(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc", "_.._etc"), ("", "object"), ("..", "object"), ("CON", "_CON"), ("a/b", "a_b")]
)
def test_path_tricks(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_names_that_coincide_stay_apart(tmp_path: Path, mask: np.ndarray) -> None:
    folder = MaskFolder(tmp_path)
    names = ["a/b", "a:b", "A_B", "a_b-2", "a_b"]
    folders = [folder.folder_of(name) for name in names]
    assert len({str(path).casefold() for path in folders}) == 5
    assert folders == [MaskFolder(tmp_path).folder_of("a/b"), *folders[1:]]
    assert folder.folder_of("A_B") == folders[2]
    assert all(path.parent == tmp_path for path in folders)


def test_unwritable_folder(tmp_path: Path, mask: np.ndarray) -> None:
    (tmp_path / "dog").touch()
    with pytest.raises(OutputError, match="in the way"):
        MaskFolder(tmp_path).write("dog", 0, mask)
    with pytest.raises(OutputError, match="in the way"):
        MaskFolder(tmp_path / "dog")


def test_masks_of_many_kinds_are_read(tmp_path: Path, mask: np.ndarray) -> None:
    grey = mask.astype(np.uint8) * 255
    rgba = np.dstack([np.full((20, 30, 3), 40, np.uint8), grey])
    palette = Image.fromarray(mask.astype(np.uint8) * 3).convert("P")
    labels = Image.new("P", (30, 20))
    labels.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    labels.putdata((mask.astype(np.uint8) * 2).ravel().tolist())
    images = {
        "grey": Image.fromarray(grey),
        "one": Image.fromarray(mask.astype(np.uint8)),
        "bits": Image.fromarray(grey).convert("1"),
        "deep": Image.fromarray(mask.astype(np.uint16) * 65535),
        "colour": Image.fromarray(np.dstack([grey, grey * 0, grey * 0])),
        "cutout": Image.fromarray(rgba),
        "labels": labels,
        "palette": palette,
    }
    for name, image in images.items():
        image.save(tmp_path / f"{name}.png")
        assert np.array_equal(read_mask(tmp_path / f"{name}.png", (20, 30)), mask), name


def test_jpeg_noise_is_no_mask(tmp_path: Path) -> None:
    square = np.zeros((64, 64), np.uint8)
    square[16:48, 16:48] = 255
    Image.fromarray(square).save(tmp_path / "a.jpg", quality=30)
    assert (read_mask(tmp_path / "a.jpg", (64, 64)) != (square > 0)).sum() < 20


def test_bad_masks(tmp_path: Path, mask: np.ndarray) -> None:
    path = MaskFolder(tmp_path).write("dog", 0, mask)
    with pytest.raises(PromptError, match="is 30x20 pixels, but the picture is 20x30"):
        read_mask(path, (30, 20))
    empty = MaskFolder(tmp_path).write("dog", 1, np.zeros((20, 30), bool))
    with pytest.raises(PromptError, match="is empty: no pixel"):
        read_mask(empty, (20, 30))
    with pytest.raises(MediaError, match="does not exist"):
        read_mask(tmp_path / "none.png", (20, 30))
    (tmp_path / "cut.png").write_bytes(path.read_bytes()[:60])
    with pytest.raises(MediaError, match=r"cut\.png is broken"):
        read_mask(tmp_path / "cut.png", (20, 30))


def masklet(name: str, masks: dict[int, np.ndarray]) -> Masklet:
    rles = {index: encode_mask(mask) for index, mask in masks.items()}
    return Masklet(name, (20, 30), rles, {i: 0.5 + i / 100 for i in masks}, {i: 1 - i / 100 for i in masks})


def test_masklets_round_trip(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    dog = masklet("der Hund 🐕", {index: random.random((20, 30)) > 0.5 for index in range(4)})
    ball = masklet("ball", {2: random.random((20, 30)) > 0.9, 3: np.zeros((20, 30), bool)})
    write_masklets(tmp_path / "masklets.json", "clip", (20, 30), 12.5, [dog, ball], frame_count=5)
    back = read_masklets(tmp_path / "masklets.json")
    assert (back.video_id, back.size, back.fps, back.frame_count) == ("clip", (20, 30), 12.5, 5)
    assert [m.name for m in back.masklets] == ["der Hund 🐕", "ball"]
    for read, written in zip(back.masklets, (dog, ball), strict=True):
        assert read.rles == written.rles
        assert read.scores == pytest.approx(written.scores)
        assert read.presences == pytest.approx(written.presences)


def test_layout_is_the_published_one(tmp_path: Path) -> None:
    write_masklets(tmp_path / "m.json", "v", (20, 30), 24, [masklet("a", {0: np.ones((20, 30), bool)})], frame_count=2)
    data = json.loads((tmp_path / "m.json").read_text())
    assert data["video_id"] == "v"
    assert data["video_duration"] == pytest.approx(2 / 24)
    assert (data["video_frame_count"], data["video_height"], data["video_width"]) == (2, 20, 30)
    assert (data["masklet_id"], data["masklet_num"]) == ([0], 1)
    assert len(data["masklet"]) == 2 and len(data["masklet"][0]) == 1
    assert data["masklet"][0][0]["size"] == [20, 30]
    assert isinstance(data["masklet"][0][0]["counts"], str)
    assert not decode_mask(data["masklet"][1][0]).any()
    assert data["presences"][1] == [None]


def test_file_of_the_published_data_set(tmp_path: Path) -> None:
    rle = {"size": [20, 30], "counts": encode_mask(np.ones((20, 30), bool))["counts"].decode()}
    published = {
        "video_id": "sav_000001", "video_duration": 1.0, "video_frame_count": 24.0, "video_height": 20.0,
        "video_width": 30.0, "masklet": [[rle, rle], [rle, rle]], "masklet_id": [0, 4], "masklet_num": 2,
    }  # fmt: skip
    (tmp_path / "sav.json").write_text(json.dumps(published))
    back = read_masklets(tmp_path / "sav.json")
    assert [m.name for m in back.masklets] == ["0", "4"]
    assert back.fps == 24
    assert sorted(back.masklets[1].rles) == [0, 1]


def test_no_masklets(tmp_path: Path) -> None:
    write_masklets(tmp_path / "m.json", "v", (20, 30), 24, [])
    assert read_masklets(tmp_path / "m.json").masklets == ()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"video_height": 3, "video_width": 3, "masklet": 5}', '"x"'])
def test_other_files_are_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(MediaError, match="not a masklet file"):
        read_masklets(tmp_path / "m.json")
