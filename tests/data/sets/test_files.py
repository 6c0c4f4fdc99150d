"""Looking through folders without reading what lies in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from masklet.data.sets.files import (
    PICTURES,
    copy_into,
    files_in,
    first_file,
    first_folder,
    flat_name,
    folders_in,
    is_safe_name,
    picture_size,
)
from masklet.errors import MediaError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.PNG", ".hidden.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    for name in ("z", "y.jpg", ".git"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_files_and_folders_are_sorted_and_hidden_ones_passed_over(folder: Path) -> None:
    assert files_in(folder, PICTURES) == [folder / "a.PNG", folder / "b.jpg"]
    assert folders_in(folder) == ["y.jpg", "z"]
    assert first_file(folder, (".txt",)) == folder / "notes.txt"
    assert first_folder(folder) in (folder / "z", folder / "y.jpg")


def test_where_nothing_is_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "missing", tmp_path / "file"):
        assert files_in(place, PICTURES) == [] and folders_in(place) == []
        assert first_file(place, PICTURES) is None and first_folder(place) is None


def test_a_pictures_size_is_that_of_the_upright_one(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert picture_size(tmp_path / "a.jpg") == (30, 20)
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"b\.jpg"):
        picture_size(tmp_path / "b.jpg")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b c/ö.jpg", True), ("a..b", True), ("", False), ("/a", False), ("a/../b", False), ("..\\a", False),
        ("./a", False), ("a//b", False), ("C:/a", False), ("a\nb", False), ("a\0", False),
    ],
)  # fmt: skip
def test_names_from_files_stay_below_their_folder(name: str, safe: bool) -> None:
    assert is_safe_name(name) is safe


def test_a_name_without_folders() -> None:
    assert flat_name("a/b/c") == "a__b__c" and flat_name("a") == "a"


def test_bytes_are_copied_and_a_source_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)))
    copy_into(tmp_path / "a", tmp_path / "deep/b")
    assert (tmp_path / "deep/b").read_bytes() == bytes(range(256))
    with pytest.raises(MediaError, match="missing cannot be read"):
        copy_into(tmp_path / "missing", tmp_path / "other/c")
    assert not (tmp_path / "other").exists()
