"""Masks, compressed: COCO's run-length encoding through pycocotools.

An RLE is {"size": [height, width], "counts": bytes}; its JSON form has the counts as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from masklet.errors import MediaError
from masklet.values import Mask

Rle = Mapping[str, Any]


def encode_mask(mask: Mask) -> dict[str, Any]:
    """COCO's compressed RLE of an HxW bool mask: {"size": [H, W], "counts": bytes}; as pycocotools makes it, in a
    fifth of the time where the object covers a part of the picture."""
    if mask.ndim != 2:
        raise ValueError(f"a mask is HxW, not of shape {mask.shape}")
    height, width = mask.shape
    runs = np.array([height * width])
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    left, _, across, _ = cv2.boundingRect(pixels) if pixels.size else (0, 0, 0, 0)
    if across:  # turned so that columns lie in one piece, but for those without the object
        columns = cv2.transpose(pixels[:, left : left + across]).reshape(-1)
        changes = np.flatnonzero(columns[1:] != columns[:-1]) + 1
        first = [left * height] if columns[0] else []
        ends = [*first, *(changes + left * height), *([(left + across) * height] if columns[-1] else [])]
        places = np.array([0, *ends, height * width])
        runs = np.diff(places)
        if runs[-1] == 0:  # the object reaches the last pixel
            runs = runs[:-1]
    return {"size": [height, width], "counts": _text(runs)}


def decode_mask(rle: Rle) -> Mask:
    """The HxW bool mask of a compressed RLE, counts as bytes or text. Raises MediaError for a broken one."""
    packed = _packed(rle)
    height, width = packed["size"]
    runs = _filling_runs(packed)
    inside = np.arange(len(runs)) % 2 == 1
    return np.ascontiguousarray(np.repeat(inside, runs).reshape(width, height).T)


def check_rle(rle: Rle) -> None:
    """Raise MediaError unless the RLE is whole: compressed, its runs as many pixels as its size; costs little."""
    _filling_runs(_packed(rle))


def mask_area(rle: Rle) -> int:
    """How many pixels the mask covers; the mask is not decoded."""
    return int(coco.area(_packed(rle)))


def rle_iou(first: Rle, second: Rle) -> float:
    """Intersection over union of two masks of one size, 0 to 1, without decoding; two empty masks agree: 1."""
    a, b = _packed(first), _packed(second)
    if list(a["size"]) != list(b["size"]):
        raise ValueError(f"masks of sizes {a['size']} and {b['size']} cannot be compared")
    union = int(coco.area(coco.merge([a, b])))
    if union == 0:
        return 1.0
    return int(coco.area(coco.merge([a, b], intersect=True))) / union


def rle_to_json(rle: Rle) -> dict[str, Any]:
    """The RLE with its counts as text, for JSON."""
    packed = _packed(rle)
    return {"size": packed["size"], "counts": packed["counts"].decode("ascii")}


def rle_from_json(rle: Rle) -> dict[str, Any]:
    """The RLE with its counts as bytes, as `encode_mask` gives it. Raises MediaError for another form."""
    return _packed(rle)


def _filling_runs(packed: Rle) -> NDArray[np.int64]:
    height, width = packed["size"]
    runs = _runs(packed["counts"])
    # pycocotools' own decoder gives what lay in memory before where the runs end too early.
    if min(height, width) < 1 or (runs < 0).any() or int(runs.sum()) != height * width:
        raise MediaError(f"a mask's RLE is broken: its runs do not fill {width}x{height} pixels")
    return runs


def _runs(counts: bytes) -> NDArray[np.int64]:
    """The lengths of the runs down the columns, the first one outside the mask.

    COCO's text: five bits per character, the lowest first, bit 5 when more follow, bit 4 of the last the sign; from
    the fourth run on, the difference to the run before the last.
    """
    bits = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if not len(bits) or bits.min() < 0 or bits.max() > 63 or bits[-1] & 32:
        raise MediaError("a mask's RLE is broken: its counts are no compressed runs")
    last = np.flatnonzero(bits & 32 == 0)
    first = np.concatenate([[0], last[:-1] + 1])
    length = last - first + 1
    if length.max() > 7:
        raise MediaError("a mask's RLE is broken: it has a run longer than any picture")
    shift = 5 * (np.arange(len(bits)) - np.repeat(first, length))
    runs = np.add.reduceat((bits & 31) << shift, first)
    runs -= np.where(bits[last] & 16, 1 << (5 * length), 0)
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return np.asarray(runs, np.int64)


def _text(runs: NDArray[np.int64]) -> bytes:
    """COCO's text for runs: see `_runs`."""
    rest = runs.astype(np.int64)
    rest[3:] = runs[3:] - runs[1:-2]
    characters = np.zeros((8, len(rest)), np.uint8)  # of each run, 0 where it has no more
    unfinished = np.ones(len(rest), bool)
    for row in characters:
        low = rest & 31
        rest >>= 5
        more = unfinished & (rest != np.where(low & 16, -1, 0))
        row[unfinished] = (low + 48 + np.where(more, 32, 0))[unfinished]
        unfinished = more
        if not unfinished.any():
            break
    text = characters.T.reshape(-1)
    return text[text > 0].tobytes()


def _packed(rle: Rle) -> dict[str, Any]:
    try:
        height, width = (int(side) for side in rle["size"])
        counts = rle["counts"]
        packed = counts.encode("ascii") if isinstance(counts, str) else counts
    except (KeyError, TypeError, ValueError) as error:
        raise MediaError('a mask\'s RLE must be {"size": [height, width], "counts": text}') from error
    if not isinstance(packed, bytes):
        raise MediaError("a mask's RLE must be compressed: its counts are text, not a list")
    return {"size": [height, width], "counts": packed}
