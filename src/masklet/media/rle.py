"""Masks, compressed: COCO's run-length encoding through pycocotools.

An RLE is {"size": [height, width], "counts": bytes}; its JSON form has the counts as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pycocotools import mask as coco

from masklet.errors import MediaError
from masklet.values import Mask

Rle = Mapping[str, Any]


def encode_mask(mask: Mask) -> dict[str, Any]:
    """COCO's compressed RLE of an HxW bool mask: {"size": [H, W], "counts": bytes}."""
    if mask.ndim != 2:
        raise ValueError(f"a mask is HxW, not of shape {mask.shape}")
    column_major = np.asfortranarray(mask, dtype=np.uint8)
    rle: dict[str, Any] = coco.encode(column_major)
    return {"size": [int(side) for side in rle["size"]], "counts": rle["counts"]}


def decode_mask(rle: Rle) -> Mask:
    """The HxW bool mask of a compressed RLE, counts as bytes or text. Raises MediaError for a broken one."""
    packed = _packed(rle)
    try:
        return np.ascontiguousarray(coco.decode(packed)).astype(bool)
    except (ValueError, TypeError) as error:
        raise MediaError(f"a mask's RLE is broken: {error}") from error


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
