"""One annotation of COCO's kind: {"segmentation", "bbox", "area", …} from and to a region.

A segmentation is a list of polygons, an RLE with its counts as a list (crowds), or a compressed RLE.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pycocotools import mask as coco

from masklet.data.sets.values import Polygons, Region, Thing
from masklet.errors import MediaError
from masklet.media.rle import check_rle, decode_mask, rle_from_json, rle_to_json

DERIVED = frozenset({"area", "bbox"})
"""What follows from the mask; it is kept as it came, and computed where it is missing."""


def region_from(thing: int, segmentation: Any, size: tuple[int, int], extra: Mapping[str, Any]) -> Region:
    """The region of a segmentation. Raises MediaError, without a file's name, saying what is wrong with it."""
    height, width = size
    if isinstance(segmentation, list):
        polygons = _polygons(segmentation)
        rle = coco.merge(coco.frPyObjects([list(one) for one in polygons], height, width))
        rle = {"size": [height, width], "counts": rle["counts"]}
    elif isinstance(segmentation, Mapping):
        polygons, rle = None, _rle(segmentation)
        if tuple(rle["size"]) != size:
            said = f"a mask of {rle['size'][1]}x{rle['size'][0]} on a picture of {width}x{height}"
            raise MediaError(said)
    else:
        raise MediaError("a segmentation is a list of polygons or an RLE")
    region = Region(thing, rle, polygons, extra)
    if not region.area:
        raise MediaError("the segmentation covers no pixel of the picture")
    return region


def _polygons(segmentation: list[Any]) -> Polygons:
    if not segmentation:
        raise MediaError("the segmentation is empty")
    for one in segmentation:
        if not isinstance(one, list) or len(one) < 6 or len(one) % 2:
            raise MediaError("a polygon is x0, y0, x1, y1, … of three points or more")
        if not all(isinstance(v, int | float) and math.isfinite(v) and abs(v) < 1e6 for v in one):
            raise MediaError("a polygon's coordinates must be numbers")
    return tuple(tuple(one) for one in segmentation)


def _rle(segmentation: Mapping[str, Any]) -> dict[str, Any]:
    counts, size = segmentation.get("counts"), segmentation.get("size")
    if isinstance(counts, list) and isinstance(size, list) and len(size) == 2:
        whole = all(isinstance(v, int) and v >= 0 for v in (*counts, *size))
        if not whole or sum(counts) != size[0] * size[1]:
            raise MediaError("a mask's RLE is broken: its runs do not fill the picture")
        packed: dict[str, Any] = coco.frPyObjects({"counts": counts, "size": size}, *size)
        return {"size": [int(size[0]), int(size[1])], "counts": packed["counts"]}
    rle = rle_from_json(segmentation)
    check_rle(rle)
    return rle


def segmentation_of(region: Region, *, crowd: bool) -> Any:
    """The JSON segmentation: the polygons it came with, a list of counts for a crowd, else a compressed RLE."""
    if region.polygons is not None:
        return [list(one) for one in region.polygons]
    if not crowd:
        return rle_to_json(region.rle)
    flat = decode_mask(region.rle).T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return {"size": list(region.rle["size"]), "counts": [0, *runs] if flat[0] else runs}


def derived_fields(region: Region) -> dict[str, Any]:
    """Area and box as they came, or of the mask: bbox is x, y, width, height."""
    known = {key: region.extra[key] for key in DERIVED if key in region.extra}
    if len(known) == len(DERIVED):
        return known
    box = [float(v) for v in coco.toBbox(dict(region.rle))]
    return {"area": region.area, "bbox": box, **known}


def thing_fields(thing: Thing) -> dict[str, Any]:
    """Its own fields, for a format that keeps them on the annotation."""
    fields = dict(thing.extra)
    if thing.name is not None:
        fields["name"] = thing.name
    return fields
