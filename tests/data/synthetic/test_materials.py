from pathlib import Path

import numpy as np

from masklet.data.packed import Packed
from masklet.data.pictures import PictureSet
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.icons import open_icons
from masklet.data.synthetic.materials import Pictures, gather
from tests.data.drawn import picture_folder
from tests.data.synthetic.test_icons import icon_folder


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_things_of_pictures_are_cut_by_their_masks(tmp_path: Path, packed_pictures: Packed) -> None:
    for source in (PictureSet(picture_folder(tmp_path / "set", 4)), packed_pictures):
        pictures = Pictures(source)
        thing = pictures.thing(rng(1), 50, "any")
        assert max(thing.cover.shape) == 54
        assert pictures.background(rng(1), (70, 120)).shape == (70, 120, 3)
        assert (pictures.panel(rng(1), 40).cover[2:-2, 2:-2] == 255).all()
        again = pictures.thing(rng(1), 50, "any")
        assert again.pixels.tobytes() == thing.pixels.tobytes()


def test_all_that_there_is_is_mixed(tmp_path: Path, packed_pictures: Packed) -> None:
    icons = open_icons(icon_folder(tmp_path / "icons"))
    assert gather() is DRAWN
    mixed = gather(packed_pictures, [icons])
    assert mixed.name == f"drawn + icons {tmp_path / 'icons'} + pictures {packed_pictures.folder}"
    assert {mixed.thing(rng(seed), 40, "any").pixels.tobytes() for seed in range(3)}
