import numpy as np
import pytest

from masklet.data.augment import Look
from masklet.data.davis import DavisSet
from masklet.data.packed import Packed, pack_pictures, pack_videos
from masklet.data.pictures import PictureSet
from tests.data.drawn import davis_folder, picture_folder


@pytest.fixture(scope="session")
def packed_pictures(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder = tmp_path_factory.mktemp("pictures")
    return pack_pictures(PictureSet(picture_folder(folder / "set", 9)), folder / "pack", side=160)


@pytest.fixture(scope="session")
def packed_videos(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder = tmp_path_factory.mktemp("videos")
    return pack_videos(DavisSet(davis_folder(folder / "set", {"a": 12, "b": 5})), folder / "pack", side=160)


@pytest.fixture()
def plain_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """No change of light or sharpness, so that colours still tell the objects."""
    same = Look(np.arange(256, dtype=np.uint8)[:, None, None].repeat(3, 2))
    for room in ("samples", "clips", "compose"):
        monkeypatch.setattr(f"masklet.data.{room}.random_look", lambda *_: same)
    for room in ("samples", "clips"):
        monkeypatch.setattr(f"masklet.data.{room}.degrade", lambda picture, *_: picture)
    monkeypatch.setattr("masklet.data.clips.streak", lambda picture, *_: picture)
