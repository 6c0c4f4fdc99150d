from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.pictures import PictureSet
from masklet.errors import InputError, MediaError
from tests.data.drawn import picture_folder, shapes


def test_an_indexed_folder_gives_rows_and_pixels(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path))
    assert len(pictures) == 6
    assert [row.source for row in pictures.rows] == ["a", "b", "b", "a", "b", "b"]
    assert {row.objects for row in pictures.rows} == {3}
    read = pictures.read(2)
    pixels, labels = shapes((140, 160), 2)
    assert read.labels.dtype == np.uint16
    assert np.array_equal(read.labels, labels)
    assert np.abs(read.pixels.astype(int) - pixels).mean() < 4  # JPEG; red and blue exchanged would be far off


def test_a_folder_without_an_index_is_scanned(tmp_path: Path) -> None:
    picture_folder(tmp_path, index=False)
    Image.new("RGB", (9, 9)).save(tmp_path / "unlabelled.jpg")
    pictures = PictureSet(tmp_path)
    assert [row.picture.stem for row in pictures.rows] == ["000", "003", "001", "002", "004", "005"]
    assert pictures.rows[0].source == "a"
    assert pictures.rows[0].objects is None


def test_label_numbers_above_255_are_kept(tmp_path: Path) -> None:
    Image.new("RGB", (4, 3)).save(tmp_path / "many.jpg")
    labels = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    Image.fromarray(labels).save(tmp_path / "many.png")
    assert np.array_equal(PictureSet(tmp_path).read(0).labels, labels)


def test_broken_files_are_named(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    pictures = PictureSet(folder)
    (folder / "a/000.png").write_bytes(b"no png")
    with pytest.raises(MediaError, match=r"a/000\.png"):
        pictures.read(0)
    broken = (folder / "b/001.png").read_bytes()
    (folder / "b/001.png").write_bytes(broken[: len(broken) // 2])
    with pytest.raises(MediaError, match=r"b/001\.png"):
        pictures.read(1)
    (folder / "b/002.jpg").write_bytes(b"")
    with pytest.raises(MediaError, match=r"b/002\.jpg"):
        pictures.read(2)
    (folder / "a/003.png").unlink()
    with pytest.raises(MediaError, match=r"a/003\.png"):
        pictures.read(3)
    Image.new("L", (7, 5)).save(folder / "b/004.png")
    with pytest.raises(MediaError, match=r"b/004\.png.*7x5"):
        pictures.read(4)
    Image.new("RGB", (160, 170)).save(folder / "b/005.png")
    with pytest.raises(MediaError, match=r"b/005\.png.*one channel"):
        pictures.read(5)


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"objects": 3}', '{"picture": 4}', '{"picture": "a.jpg", "objects": "x"}']
)
def test_a_broken_index_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "index.jsonl").write_text('{"picture": "a.jpg"}\n' + line + "\n")
    with pytest.raises(InputError, match=r"index\.jsonl, line 2"):
        PictureSet(tmp_path)


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        PictureSet(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no pictures with label maps"):
        PictureSet(tmp_path)


def test_a_part_is_spread_over_the_set(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path))
    assert [row.picture.stem for row in pictures.thinned(3).rows] == ["000", "002", "004"]
    assert len(pictures) == 6
    assert pictures.thinned(6).rows == pictures.thinned(50).rows == pictures.rows
