from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from masklet.data.packed import Packed
from masklet.data.pictures import PictureSet
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.icons import open_icons, trimmed
from masklet.data.synthetic.materials import Pictures, gather
from masklet.errors import InputError, MediaError
from tests.data.drawn import picture_folder


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def icon_folder(folder: Path) -> Path:
    folder.mkdir()
    for number, shade in enumerate([(255, 0, 0), (0, 0, 255)]):
        pixels = np.zeros((80, 120, 4), np.uint8)
        cv2.circle(pixels, (60, 40), 25, (*shade, 255), -1)
        Image.fromarray(pixels).save(folder / f"{number}.{'png' if number else 'webp'}", lossless=True)
    return folder


@pytest.mark.parametrize("look", ["any", "thin"])
@pytest.mark.parametrize("longest", [6.0, 40.0, 200.0])
def test_a_drawn_thing_has_the_size_that_was_asked_for(look: str, longest: float) -> None:
    for seed in range(12):
        thing = DRAWN.thing(rng(seed), longest, look)
        assert max(thing.cover.shape) <= longest + 5
        assert max(thing.cover.shape) >= 0.5 * longest
        assert (thing.cover > 127).sum() > 3
        assert not thing.cover[[0, 1, -2, -1]].any() and not thing.cover[:, [0, 1, -2, -1]].any()


def test_thin_things_are_thin() -> None:
    for seed in range(12):
        cover = (DRAWN.thing(rng(seed), 150, "thin").cover > 127).astype(np.uint8)
        assert cv2.distanceTransform(cover, cv2.DIST_L2, 5).max() < 9


def test_things_of_pictures_are_cut_by_their_masks(tmp_path: Path, packed_pictures: Packed) -> None:
    for source in (PictureSet(picture_folder(tmp_path / "set", 4)), packed_pictures):
        pictures = Pictures(source)
        thing = pictures.thing(rng(1), 50, "any")
        assert max(thing.cover.shape) == 54
        assert pictures.background(rng(1), (70, 120)).shape == (70, 120, 3)
        assert (pictures.panel(rng(1), 40).cover[2:-2, 2:-2] == 255).all()
        again = pictures.thing(rng(1), 50, "any")
        assert again.pixels.tobytes() == thing.pixels.tobytes()


def test_icons_are_read_with_their_alpha(tmp_path: Path) -> None:
    icons = open_icons(icon_folder(tmp_path / "icons"))
    assert len(icons) == 2
    thing = icons.thing(rng(0), 50, "any")
    assert max(thing.cover.shape) == 54
    middle, corner = thing.cover[27, 27], thing.cover[3, 3]
    assert middle == 255 and corner == 0
    shade = thing.pixels[27, 27].astype(int)
    assert abs(shade[0] - shade[2]) > 60  # red or blue


def test_an_empty_icon_is_passed_over_and_a_folder_of_them_is_told(tmp_path: Path) -> None:
    assert trimmed(np.zeros((40, 40, 4), np.uint8), 20) is None
    Image.new("RGBA", (20, 20)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match="8 icons in turn are empty or cannot be read"):
        open_icons(tmp_path).thing(rng(0), 20, "any")


def test_a_folder_without_icons_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no icons here"):
        open_icons(tmp_path)
    with pytest.raises(InputError, match="no such folder of icons"):
        open_icons(tmp_path / "nowhere")


def test_all_that_there_is_is_mixed(tmp_path: Path, packed_pictures: Packed) -> None:
    icons = open_icons(icon_folder(tmp_path / "icons"))
    assert gather() is DRAWN
    mixed = gather(packed_pictures, [icons])
    assert mixed.name == f"drawn + icons {tmp_path / 'icons'} + pictures {packed_pictures.folder}"
    assert {mixed.thing(rng(seed), 40, "any").pixels.tobytes() for seed in range(3)}
