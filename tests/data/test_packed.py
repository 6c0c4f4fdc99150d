import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from masklet.data.davis import VOID, DavisSet
from masklet.data.packed import Packed, pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from masklet.errors import InputError, OutputError
from tests.data.drawn import davis_folder, picture_folder, save_palette


def test_pictures_come_back_squashed(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path / "set"))
    packed = pack_pictures(pictures, tmp_path / "deep/pack", side=64)
    assert packed.pictures.shape == (6, 64, 64, 3)
    assert packed.labels.shape == (6, 64, 64)
    assert packed.labels.dtype == np.uint16
    assert packed.side == 64
    assert [(e.name, e.source, e.start, e.stop) for e in packed.entries][3] == ("003", "a", 3, 4)
    shifts = []
    for i in range(6):
        whole = pictures.read(i).labels
        for label in (1, 2, 3):
            assert (packed.labels[i] == label).mean() == pytest.approx((whole == label).mean(), rel=0.1)
            shifts.append(np.subtract(centre(packed.labels[i] == label), centre(whole == label)))
    assert np.abs(shifts).max() < 0.5 / 64
    assert np.abs(np.mean(shifts, 0)).max() < 0.1 / 64  # resizing that is half a pixel off would show here


def centre(mask: np.ndarray) -> np.ndarray:
    """Centre of gravity, in shares of the picture's sides, pixel centres at + 0.5."""
    return (np.argwhere(mask).mean(0) + 0.5) / mask.shape


def test_videos_keep_their_bounds_and_lose_their_void(tmp_path: Path) -> None:
    folder = davis_folder(tmp_path / "set", {"walk": 3, "run": 4})
    labels = DavisSet(folder).sequences[1].labels(0)
    save_palette(np.where(labels == 2, VOID, labels), folder / "Annotations/walk/00000.png")
    (folder / "Annotations/run/00002.png").unlink()
    packed = pack_videos(DavisSet(folder), tmp_path / "pack", side=64)
    assert [(e.name, e.start, e.stop) for e in packed.entries] == [("run", 0, 3), ("walk", 3, 6)]
    assert packed.labels.dtype == np.uint8
    assert set(np.unique(packed.labels[3])) == {0, 1, 3}
    assert set(np.unique(packed.labels[4])) == {0, 1, 2, 3}


def test_a_pack_is_read_only_and_travels_to_workers_by_name(tmp_path: Path) -> None:
    packed = pack_pictures(PictureSet(picture_folder(tmp_path / "set")), tmp_path / "pack", side=32)
    with pytest.raises(ValueError, match="read-only"):
        packed.pictures[0] = 0
    sent = pickle.dumps(packed)
    assert len(sent) < 1000
    assert np.array_equal(pickle.loads(sent).labels, packed.labels)


def test_an_unchanged_set_is_not_packed_again(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "set")
    pack_pictures(PictureSet(folder), tmp_path / "pack", side=32)
    written = os.stat(tmp_path / "pack/pictures.npy").st_ino
    pack_pictures(PictureSet(folder), tmp_path / "pack", side=32)
    assert os.stat(tmp_path / "pack/pictures.npy").st_ino == written
    assert pack_pictures(PictureSet(folder), tmp_path / "pack", side=48).side == 48
    (folder / "b/001.jpg").write_bytes((folder / "b/002.jpg").read_bytes())
    # the picture has another size than its labels now: it was looked at again, and is left out by name
    again = pack_pictures(PictureSet(folder), tmp_path / "pack", side=48)
    assert len(again.broken) == 1 and "b/001.png" in again.broken[0]
    assert "001" not in [entry.name for entry in again.entries if entry.source == "b"]
    assert Packed.open(tmp_path / "pack").broken == again.broken


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = PictureSet(picture_folder(tmp_path / "set"))
    read = pictures.read

    def interrupted(i: int) -> object:
        if i == 3:
            raise KeyboardInterrupt
        return read(i)

    monkeypatch.setattr(pictures, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pack_pictures(pictures, tmp_path / "pack", side=32)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]

    pack_pictures(PictureSet(tmp_path / "set"), tmp_path / "pack", side=16)
    with pytest.raises(KeyboardInterrupt):
        pack_pictures(pictures, tmp_path / "pack", side=32)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pack", "set"]
    assert Packed.open(tmp_path / "pack").side == 16


def test_a_full_disk_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    pictures = PictureSet(picture_folder(tmp_path / "set"))
    monkeypatch.setattr(np.lib.format, "open_memmap", full)
    with pytest.raises(OutputError, match=r"pack: cannot be written \(No space left"):
        pack_pictures(pictures, tmp_path / "pack", side=32)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    pictures = PictureSet(picture_folder(tmp_path / "set"))
    with pytest.raises(OutputError, match="other than a pack"):
        pack_pictures(pictures, tmp_path / "set", side=32)
    assert len(PictureSet(tmp_path / "set")) == 6


def test_what_is_no_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        Packed.open(tmp_path / "nowhere")
    pack_pictures(PictureSet(picture_folder(tmp_path / "set")), tmp_path / "pack", side=32)
    (tmp_path / "pack/labels.npy").write_bytes(b"short")
    with pytest.raises(InputError, match="pack"):
        Packed.open(tmp_path / "pack")
    assert len(pack_pictures(PictureSet(tmp_path / "set"), tmp_path / "pack", side=32).labels) == 6  # mended
    (tmp_path / "pack/listing.json").write_text("[]")
    with pytest.raises(InputError, match="pack it again"):
        Packed.open(tmp_path / "pack")
