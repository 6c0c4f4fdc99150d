"""Label maps: PNGs in which a pixel's number says which object it belongs to, with DAVIS's palette."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from masklet.data.sets.values import Region
from masklet.errors import MediaError
from masklet.media.picture import check_readable_file
from masklet.media.rle import decode_mask, encode_mask
from masklet.values import Mask

VOID = 255
Labels = NDArray[np.uint16]


@cache
def davis_palette() -> tuple[int, ...]:
    """The 256 colours (768 values, RGB) that PASCAL VOC, DAVIS, YouTube-VOS and MOSE share.

    Number k's bits are dealt in turn to red, green and blue, from their highest bit down.
    """
    numbers = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        colours[:, bit % 3] |= ((numbers >> bit & 1) << (7 - bit // 3)).astype(np.uint8)
    return tuple(colours.ravel().tolist())


def read_label_map(path: Path) -> Labels:
    """HxW uint16 numbers of a palette, grey (8 or 16 bit), one-bit or RGB PNG; RGB only in the palette's colours.

    Raises MediaError naming the file.
    """
    check_readable_file(path, "label map")
    try:
        with Image.open(path) as file:
            values: NDArray[Any] = np.asarray(file.convert("RGB") if file.mode in ("RGBA", "CMYK") else file)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(f"{path}: label map cannot be read ({_short(error)}); replace or remove it") from None
    if values.dtype == bool:
        return values.astype(np.uint16) * np.uint16(VOID)
    if values.ndim == 3:
        grey = values.shape[2] == 2 or not (values != values[..., :1]).any()
        values = values[..., 0] if grey else _numbers_of_colours(values, path)
    if values.min(initial=0) < 0 or values.max(initial=0) > 65535:
        raise MediaError(f"{path}: object numbers must lie between 0 and 65535")
    return values.astype(np.uint16)


def _short(error: BaseException) -> str:
    # Pillow names the file once more
    return " ".join(str(error).split("'")[0].split()) or type(error).__name__


def _numbers_of_colours(colours: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    numbers = np.zeros(colours.shape[:2], np.uint8)
    for bit in range(8):
        numbers |= ((colours[..., bit % 3] >> (7 - bit // 3) & 1) << bit).astype(np.uint8)
    if ((colours & (0x1F, 0x1F, 0x3F)) != 0).any():
        raise MediaError(f"{path}: colours of another palette than DAVIS's; save the label map with its palette")
    return numbers


def shows_one_object(path: Path, labels: Labels) -> bool:
    """Whether a label map that marks something is a mask of one object: 255 alone, or soft edges in grey."""
    marked = labels[labels > 0]
    with Image.open(path) as file:
        least = VOID if file.mode == "P" else 33
    return bool(marked.max() == VOID and marked.min() >= least)


def regions_of(labels: Labels) -> dict[int, dict[str, Any]]:
    """The RLE of every number above 0, ascending."""
    counts = np.bincount(labels.ravel())
    numbers = [int(n) for n in np.flatnonzero(counts) if n]
    return {number: encode_mask(labels == number) for number in numbers}


def label_map_of(size: tuple[int, int], regions: Sequence[Region], numbers: Mapping[int, int]) -> Labels:
    """HxW uint16: numbers[thing] where a region is. Where regions overlap the smaller one lies on top."""
    labels = np.zeros(size, np.uint16)
    for region in sorted(regions, key=lambda r: (-r.area, r.thing)):
        labels[decode_mask(region.rle)] = numbers[region.thing]
    return labels


def palette_png(labels: Labels) -> bytes:
    """A palette PNG of numbers up to 255."""
    image = Image.fromarray(labels.astype(np.uint8))
    image.putpalette(davis_palette())
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def grey_png(values: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """A grey PNG of 8 or 16 bits."""
    done, data = cv2.imencode(".png", values, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    assert done
    return data.tobytes()


def mask_png(mask: Mask) -> bytes:
    """A palette PNG with 0 and 1, as SA-V's folders have them, one object each."""
    return palette_png(mask.astype(np.uint16))
