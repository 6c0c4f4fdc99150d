from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.errors import MediaError
from masklet.media.picture_folder import PictureSequence, natural_key, open_picture_folder
from tests.media.real_files import number_in, numbered


def save(path: Path, index: int, size: tuple[int, int] = (48, 64), **options: object) -> None:
    Image.fromarray(numbered(index, size)).save(path, **options)


def test_any_names_in_natural_order(tmp_path: Path) -> None:
    names = ["1.png", "2.png", "10.png", "Bild 3 (Kopie).png", "bild 20.jpg", "été №4.png", "日本.png", "🎈.webp"]
    for index, name in reversed(list(enumerate(names))):
        save(tmp_path / name, index)
    (tmp_path / ".hidden.png").write_text("no picture")
    (tmp_path / "Thumbs.db").write_bytes(b"\0\1\2")
    (tmp_path / "notes.txt").write_text("1.png is first")
    (tmp_path / "sub.png").mkdir()
    frames = open_picture_folder(tmp_path)
    assert [number_in(picture) for picture in frames] == list(range(8))
    assert (frames.size, frames.fps, frames.name) == ((48, 64), 25.0, tmp_path.name)


def test_names_without_suffix(tmp_path: Path) -> None:
    for index in (0, 1, 2):
        save(tmp_path / f"shot-{index * 9}", index, format="PNG")
    assert [number_in(picture) for picture in open_picture_folder(tmp_path)] == [0, 1, 2]


@given(st.lists(st.integers(0, 10**9), unique=True), st.text(max_size=5))
def test_numbers_sort_as_numbers(numbers: list[int], text: str) -> None:
    names = [f"{text}x{number}.png" for number in numbers]
    assert sorted(names, key=natural_key) == [f"{text}x{number}.png" for number in sorted(numbers)]


@given(st.lists(st.text(max_size=8)))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert sorted(sorted(names, key=natural_key, reverse=True), key=natural_key) == sorted(names, key=natural_key)


def test_times_follow_the_rate(tmp_path: Path) -> None:
    for index in range(3):
        save(tmp_path / f"{index}.png", index)
    frames = open_picture_folder(tmp_path, fps=30000 / 1001)
    assert frames.times == pytest.approx([0, 1001 / 30000, 2002 / 30000])
    assert frames.time_base.numerator == 1001


def test_sizes_must_agree(tmp_path: Path) -> None:
    save(tmp_path / "0.png", 0)
    save(tmp_path / "1.png", 1, size=(48, 65))
    with pytest.raises(MediaError, match=r"frame 1 .*1\.png\) is 65x48 pixels, but frame 0 is 64x48"):
        open_picture_folder(tmp_path)


def test_exif_turns_sizes(tmp_path: Path) -> None:
    """Two pictures that are stored alike but shown differently do not go together."""
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "0.jpg", 0)
    save(tmp_path / "1.jpg", 1, exif=exif)
    with pytest.raises(MediaError, match="one size"):
        open_picture_folder(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_broken_picture_is_named(tmp_path: Path, content: bytes) -> None:
    save(tmp_path / "0.png", 0)
    (tmp_path / "1.png").write_bytes(content)
    with pytest.raises(MediaError, match=r"1\.png"):
        open_picture_folder(tmp_path)


def test_picture_broken_behind_its_head(tmp_path: Path) -> None:
    for index in range(2):
        save(tmp_path / f"{index}.jpg", index)
    data = (tmp_path / "1.jpg").read_bytes()
    (tmp_path / "1.jpg").write_bytes(data[:-40])
    frames = open_picture_folder(tmp_path)
    assert number_in(frames[0]) == 0
    with pytest.raises(MediaError, match=r"1\.jpg is broken"):
        frames[1]


def test_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="folder is empty"):
        open_picture_folder(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(MediaError, match="holds no pictures$"):
        open_picture_folder(tmp_path)
    for name in ("d", "c", "b", "a"):
        (tmp_path / name).mkdir()
    with pytest.raises(MediaError, match=r"holds no pictures, but folders \(a, b, c …\): give one of them"):
        open_picture_folder(tmp_path)


def test_list_of_paths_images_and_arrays(tmp_path: Path) -> None:
    save(tmp_path / "1.png", 1)
    frames = PictureSequence([numbered(0), tmp_path / "1.png", Image.fromarray(numbered(2))], name="mixed")
    assert [number_in(frames[index]) for index in (2, 1, 0, -1)] == [2, 1, 0, 2]
    with pytest.raises(IndexError):
        frames[3]
    frames[0][:] = 0
    assert number_in(frames[0]) == 0 and np.ptp(frames[0]) > 0
