from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from masklet.data.synthetic.icons import open_icons, trimmed
from masklet.errors import InputError, MediaError


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def icon_folder(folder: Path) -> Path:
    folder.mkdir()
    for number, shade in enumerate([(255, 0, 0), (0, 0, 255)]):
        pixels = np.zeros((80, 120, 4), np.uint8)
        cv2.circle(pixels, (60, 40), 25, (*shade, 255), -1)
        Image.fromarray(pixels).save(folder / f"{number}.{'png' if number else 'webp'}", lossless=True)
    return folder


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


def test_icons_lie_in_folders_below_too_and_other_files_are_left_alone(tmp_path: Path) -> None:
    icon_folder(tmp_path / "set")
    (tmp_path / "LICENCE.txt").write_text("words", encoding="utf-8")
    icons = open_icons(tmp_path)
    assert [path.name for path in icons.files] == ["0.webp", "1.png"]
    assert icons.name == f"icons {tmp_path}"


def test_what_is_to_be_seen_is_cut_out_without_the_colour_of_what_is_not() -> None:
    pixels = np.zeros((60, 90, 4), np.uint8)
    pixels[..., 1] = 255  # green that nobody sees
    pixels[10:50, 20:40] = (200, 0, 0, 255)
    for longest in (10, 80):
        cutout = trimmed(pixels, longest)
        assert cutout is not None and cutout.cover.shape == (longest + 4, longest // 2 + 4)
        assert cutout.pixels[cutout.cover > 0][:, 1].max() == 0
        assert np.allclose(cutout.pixels[cutout.cover == 255], (200, 0, 0), atol=1)
