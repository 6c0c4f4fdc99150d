"""Label maps: every PNG that the formats' makers write is read, and what is written is read as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from masklet.data.sets.label_maps import (
    VOID,
    davis_palette,
    grey_png,
    label_map_of,
    mask_png,
    palette_png,
    read_label_map,
    regions_of,
    shows_one_object,
)
from masklet.data.sets.values import Region
from masklet.errors import MediaError
from masklet.media.rle import decode_mask, encode_mask

NUMBERS = np.array([[0, 1, 2], [7, 255, 0]], np.uint8)


def test_the_palette_is_the_one_of_davis() -> None:
    colours = np.reshape(davis_palette(), (256, 3))
    assert colours[[0, 1, 2, 3, 22, 255]].tolist() == [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [0, 192, 128],
        [224, 224, 192],
    ]


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "RGBA", "I;16", "1"])
def test_any_kind_of_png_gives_the_numbers(mode: str, tmp_path: Path) -> None:
    path, wanted = tmp_path / "one.png", NUMBERS.astype(np.uint16)
    colours = np.reshape(davis_palette(), (256, 3)).astype(np.uint8)
    if mode == "P":
        path.write_bytes(palette_png(wanted))
    elif mode == "I;16":
        wanted = wanted * 200
        path.write_bytes(grey_png(wanted))
    elif mode == "1":
        wanted = np.uint16(VOID) * (wanted > 0)
        Image.fromarray(NUMBERS > 0).save(path)
    else:
        picture = Image.fromarray(NUMBERS) if mode == "L" else Image.fromarray(colours[NUMBERS]).convert(mode)
        picture.save(path)
    found = read_label_map(path)
    assert found.dtype == np.uint16
    assert found.tolist() == wanted.tolist()


def test_what_is_no_label_map_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(b"broken")
    with pytest.raises(MediaError, match=r"one\.png: label map cannot be read"):
        read_label_map(path)
    Image.new("RGB", (2, 2), (1, 2, 3)).save(path)
    with pytest.raises(MediaError, match="another palette"):
        read_label_map(path)
    Image.fromarray(np.array([[70000]], np.int32)).save(tmp_path / "large.tif")
    with pytest.raises(MediaError, match="between 0 and 65535"):
        read_label_map(tmp_path / "large.tif")


def test_masks_of_one_object_are_told_from_numbers(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    soft = np.array([[0, 40, 255]], np.uint8)
    for content, one in ((grey_png(soft), True), (palette_png(soft), False), (palette_png(soft // 255 * 255), True)):
        path.write_bytes(content)
        assert shows_one_object(path, read_label_map(path)) is one


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_regions_and_maps_are_each_others_inverse(values: list[int]) -> None:
    labels = np.array(values, np.uint16).reshape(3, 4)
    regions = [Region(number, rle) for number, rle in regions_of(labels).items()]
    assert [region.thing for region in regions] == sorted(set(values) - {0})
    back = label_map_of((3, 4), regions, {number: number for number in range(4)})
    assert back.tolist() == labels.tolist()


def test_the_smaller_of_two_lies_on_top() -> None:
    large, small = np.ones((2, 3), bool), np.zeros((2, 3), bool)
    small[0, 1] = True
    regions = [Region(5, encode_mask(small)), Region(4, encode_mask(large))]
    assert label_map_of((2, 3), regions, {4: 1, 5: 2}).tolist() == [[1, 2, 1], [1, 1, 1]]


def test_a_mask_is_written_as_0_and_1(tmp_path: Path) -> None:
    mask = NUMBERS > 1
    (tmp_path / "m.png").write_bytes(mask_png(mask))
    labels = read_label_map(tmp_path / "m.png")
    assert decode_mask(regions_of(labels)[1]).tolist() == mask.tolist()
