"""Every object of a picture: a grid of clicks, and what is left of the answers once doubtful and double ones are gone.

After SAM's automatic mask generator (Kirillov et al. 2023, appendix B). Coordinates are pixels of the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from masklet.errors import InputError
from masklet.media.picture import PictureSource, read_picture
from masklet.media.rle import encode_mask
from masklet.runtime.protocol import Decoded, Runtime
from masklet.session.answer import SCORE_DELTA, stability
from masklet.session.everything_parts import (
    EDGE,
    OVERLAP,
    Crop,
    Region,
    Sieve,
    SuitedSieve,
    answers,
    box_ious,
    clean,
    greedy,
)
from masklet.session.everything_published import published_crops, search_as_published, suppress_as_published
from masklet.session.geometry import (
    STRIDE,
    Logits,
    Size,
    filled_part,
    logits_to_mask,
    mask_box,
    on_picture,
)
from masklet.values import Box, Picture, Point

__all__ = [
    "Crop",
    "Progress",
    "Region",
    "Sieve",
    "SuitedSieve",
    "clean",
    "crop_boxes",
    "grid_points",
    "segment_everything",
    "suppress",
]

Progress = Callable[[int, int], None]
"""Called with how many prompts are done and how many there are."""


def segment_everything(
    runtime: Runtime,
    picture: PictureSource,
    *,
    grid: int = 32,
    crop_layers: int = 0,
    sieve: Sieve | None = None,
    progress: Progress | None = None,
) -> list[Region]:
    """All objects that a grid of clicks finds, best first.

    grid: clicks per side, over the picture and over every crop's layer halved once more. crop_layers: layer 1 looks
    at 2x2 overlapping crops, 2 also at 4x4, …: for small things. progress: called after every batch of prompts.
    Only masks that differ are kept on the way, compressed once a crop is done: memory does not grow with the clicks.
    Raises MediaError for what is no picture, InputError for settings that cannot be meant.
    """
    suited = (sieve or Sieve()).suited_to(runtime.spec)
    if grid < 1 or crop_layers < 0:
        raise InputError(
            f"a grid has at least one click per side, and crop layers start at 0: not {grid}, {crop_layers}"
        )
    pixels = read_picture(picture)
    size, strict = (pixels.shape[0], pixels.shape[1]), runtime.spec.strict
    crops = published_crops(size, crop_layers) if strict else crop_boxes(size, crop_layers)
    sides = [max(1, grid >> crop.layer) for crop in crops]
    total, done = sum(side * side for side in sides), 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    found: list[Region] = []
    for crop, side in zip(crops, sides, strict=True):
        search = search_as_published if strict else _search
        found += search(runtime, pixels, crop, grid_points(crop.size, side), suited, step)
    if strict:
        if len(crops) > 1:
            found = suppress_as_published(sorted(found, key=lambda one: -one.layer), suited.overlap)
        return sorted(found, key=lambda one: -one.score)
    # What a crop saw larger is finer: where crops disagree, the smaller crop is believed.
    kept = suppress(sorted(found, key=lambda one: -one.layer), suited.overlap, by_score=False)
    return sorted(kept, key=lambda one: -one.score)


def grid_points(size: Size, side: int) -> list[Point]:
    """side x side clicks evenly over a picture of `size`, in the middle of their cells, row by row."""
    height, width = size
    steps = (np.arange(side) + 0.5) / side
    return [(float(x * width), float(y * height)) for y in steps for x in steps]


def crop_boxes(size: Size, layers: int) -> list[Crop]:
    """The whole picture, and per layer i 2^i x 2^i crops that overlap and together cover it, none beyond its edge."""
    height, width = size
    crops = [Crop(0, 0, width, height, 0)]
    for layer in range(1, layers + 1):
        count = 2**layer
        overlap = int(OVERLAP * min(height, width) * 2 / count)
        crop_width = min(width, math.ceil((overlap * (count - 1) + width) / count))
        crop_height = min(height, math.ceil((overlap * (count - 1) + height) / count))
        for y in _starts(height, crop_height, count):
            crops += [Crop(x, y, x + crop_width, y + crop_height, layer) for x in _starts(width, crop_width, count)]
    return crops


def suppress(regions: Sequence[Region], overlap: float, *, by_score: bool = True) -> list[Region]:
    """Greedy non-maximum suppression by boxes, then by masks: of two that overlap more the later one goes.

    by_score: look at the best score first; otherwise in the order given.
    """
    ordered = sorted(regions, key=lambda one: -one.score) if by_score else list(regions)
    boxes = np.array([one.box for one in ordered], np.float64).reshape(-1, 4)
    kept = [ordered[index] for index in greedy(len(ordered), overlap, lambda i, rest: box_ious(boxes[i], boxes[rest]))]
    rles = [dict(one.rle) for one in kept]

    def mask_ious(i: int, rest: NDArray[np.intp]) -> NDArray[np.float64]:
        others = [rles[index] for index in rest]
        return np.asarray(coco.iou([rles[i]], others, [0] * len(others)), np.float64).reshape(-1)

    return [kept[index] for index in greedy(len(kept), overlap, mask_ious)]


@dataclass(frozen=True, eq=False)
class _Find:
    """A mask as the network gave it for a crop. box and point: in the crop's pixels."""

    logits: Logits
    box: Box
    score: float
    stability: float
    point: Point


def _search(
    runtime: Runtime,
    picture: Picture,
    crop: Crop,
    points: Sequence[Point],
    sieve: SuitedSieve,
    step: Callable[[int], None],
) -> list[Region]:
    """What the clicks find in a crop. points: in its pixels. step: told how many clicks are done after each batch."""
    size, letterbox = (picture.shape[0], picture.shape[1]), runtime.spec.letterbox
    finds: list[_Find] = []
    for batch, decoded in answers(runtime, picture, crop, points):
        # Doubles go before they are brought to the picture's size, which is the dear part.
        passed = _sift(decoded, batch, crop, size, sieve, letterbox)
        finds = _distinct([*finds, *passed], sieve.overlap)
        step(len(batch))
    regions = [_to_region(find, crop, size, sieve.min_region, letterbox) for find in finds]
    return suppress([one for one in regions if one is not None], sieve.overlap)


def _sift(
    decoded: Decoded, points: Sequence[Point], crop: Crop, size: Size, sieve: SuitedSieve, letterbox: bool
) -> list[_Find]:
    """The candidates that pass."""
    first = 1 if decoded.iou.shape[1] > 1 else 0
    seen = on_picture(decoded.mask_logits[:, first:], crop.size, letterbox)
    rows, columns = filled_part(crop.size, STRIDE * decoded.mask_logits.shape[-1], letterbox)
    x_scale, y_scale = crop.size[1] * STRIDE / columns, crop.size[0] * STRIDE / rows
    steady = stability(seen, SCORE_DELTA)
    sure = decoded.iou[:, first:]
    finds = []
    for index, k in np.argwhere((sure >= sieve.iou_threshold) & (steady >= sieve.stability_threshold)):
        logits = decoded.mask_logits[index, first + k]
        box = mask_box(seen[index, k] > 0)
        if box is None:
            continue
        x1, y1 = min(box[2] * x_scale, crop.size[1]), min(box[3] * y_scale, crop.size[0])
        box = (box[0] * x_scale, box[1] * y_scale, x1, y1)
        if not _is_cut(box, crop, size):
            finds.append(_Find(logits.copy(), box, float(sure[index, k]), float(steady[index, k]), points[index]))
    return finds


def _distinct(finds: Sequence[_Find], overlap: float) -> list[_Find]:
    """The best of those whose boxes overlap."""
    ordered = sorted(finds, key=lambda one: -one.score)
    boxes = np.array([one.box for one in ordered], np.float64).reshape(-1, 4)
    return [ordered[i] for i in greedy(len(ordered), overlap, lambda i, rest: box_ious(boxes[i], boxes[rest]))]


def _to_region(find: _Find, crop: Crop, size: Size, min_region: int, letterbox: bool) -> Region | None:
    """The find as a region of the whole picture of `size`; None when nothing is left of it there."""
    mask = clean(logits_to_mask(find.logits, crop.size, letterbox=letterbox), min_region)
    box = mask_box(mask)
    if box is None:
        return None
    whole = np.zeros(size, bool)
    whole[crop.y0 : crop.y1, crop.x0 : crop.x1] = mask
    return Region(
        rle=encode_mask(whole),
        box=(box[0] + crop.x0, box[1] + crop.y0, box[2] + crop.x0, box[3] + crop.y0),
        area=int(mask.sum()),
        score=find.score,
        stability=find.stability,
        point=(find.point[0] + crop.x0, find.point[1] + crop.y0),
        layer=crop.layer,
    )


def _is_cut(box: Box, crop: Crop, size: Size) -> bool:
    """Whether a box in the crop's pixels ends at an edge of the crop that is none of the picture."""
    height, width = size
    x0, y0, x1, y1 = box
    crop_height, crop_width = crop.size
    return (
        (x0 < EDGE and crop.x0 > 0)
        or (y0 < EDGE and crop.y0 > 0)
        or (crop_width - x1 < EDGE and crop.x1 < width)
        or (crop_height - y1 < EDGE and crop.y1 < height)
    )


def _starts(length: int, part: int, count: int) -> list[int]:
    return [round(index * (length - part) / (count - 1)) for index in range(count)]
