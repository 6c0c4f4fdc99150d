"""Everything of a picture as SAM's and SAM 2's published generators sift it, for strict networks.

What differs from masklet's own sieve: stability and boxes are taken from masks of the picture's own size, which is slow
and needs memory; boxes end on a mask's last pixel; doubles are told by their boxes alone, once all of a crop's clicks
have been answered; crops are laid out from the top left and may be cut off by the picture's edge; and between crops
nothing but the smaller crop counts. Coordinates are pixels of the picture. `min_region` is cleaned away as by default:
the published generators then sift once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from masklet.media.rle import encode_mask
from masklet.runtime.protocol import Decoded, Runtime
from masklet.session.answer import SCORE_DELTA, stability
from masklet.session.everything_parts import EDGE, OVERLAP, Crop, Region, SuitedSieve, answers, box_ious, clean, greedy
from masklet.session.geometry import Size, mask_box, resize_logits
from masklet.values import Box, Picture, Point


def published_crops(size: Size, layers: int) -> list[Crop]:
    """The whole picture, and per layer i 2^i x 2^i crops, column by column."""
    height, width = size
    crops = [Crop(0, 0, width, height, 0)]
    for layer in range(1, layers + 1):
        count = 2**layer
        overlap = int(OVERLAP * min(height, width) * 2 / count)
        crop_width = math.ceil((overlap * (count - 1) + width) / count)
        crop_height = math.ceil((overlap * (count - 1) + height) / count)
        for x in (column * (crop_width - overlap) for column in range(count)):
            for y in (row * (crop_height - overlap) for row in range(count)):
                crops.append(Crop(x, y, min(x + crop_width, width), min(y + crop_height, height), layer))
    return crops


def search_as_published(
    runtime: Runtime,
    picture: Picture,
    crop: Crop,
    points: Sequence[Point],
    sieve: SuitedSieve,
    step: Callable[[int], None],
) -> list[Region]:
    """What the clicks find in a crop, best first. points: in its pixels. step: told of each batch's clicks."""
    found: list[Region] = []
    size = picture.shape[0], picture.shape[1]
    for batch, decoded in answers(runtime, picture, crop, points):
        found += _sift(decoded, batch, crop, size, sieve, letterbox=runtime.spec.letterbox)
        step(len(batch))
    return suppress_as_published(sorted(found, key=lambda one: -one.score), sieve.overlap)


def suppress_as_published(regions: Sequence[Region], overlap: float) -> list[Region]:
    """Of two whose boxes overlap more the later one goes."""
    boxes = np.array([one.box for one in regions], np.float64).reshape(-1, 4)
    boxes[:, 2:] -= 1

    def ious(index: int, rest: NDArray[np.intp]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore"):  # boxes of one pixel have no area there
            return np.nan_to_num(box_ious(boxes[index], boxes[rest]))

    return [regions[index] for index in greedy(len(regions), overlap, ious)]


def _sift(
    decoded: Decoded, points: Sequence[Point], crop: Crop, size: Size, sieve: SuitedSieve, *, letterbox: bool
) -> Iterator[Region]:
    first = 1 if decoded.iou.shape[1] > 1 else 0
    sure = decoded.iou[:, first:]
    for index, k in np.argwhere((sure > sieve.iou_threshold) | (sieve.iou_threshold <= 0)):
        logits = resize_logits(decoded.mask_logits[index, first + k], crop.size, letterbox=letterbox)
        steady = float(stability(logits, SCORE_DELTA))
        mask = logits > 0
        box = mask_box(mask)
        if steady < sieve.stability_threshold or box is None or _is_cut(box, crop, size):
            continue
        mask = clean(mask, sieve.min_region)
        box = mask_box(mask)
        assert box is not None  # the largest part always stays
        whole = np.zeros(size, bool)
        whole[crop.y0 : crop.y1, crop.x0 : crop.x1] = mask
        yield Region(
            rle=encode_mask(whole),
            box=(box[0] + crop.x0, box[1] + crop.y0, box[2] + crop.x0, box[3] + crop.y0),
            area=int(mask.sum()),
            score=float(sure[index, k]),
            stability=steady,
            point=(points[index][0] + crop.x0, points[index][1] + crop.y0),
            layer=crop.layer,
        )


def _is_cut(box: Box, crop: Crop, size: Size) -> bool:
    """Whether one of the box's sides lies near the crop's and not near the picture's."""
    height, width = size
    sides = np.add(box, (crop.x0, crop.y0, crop.x0 - 1, crop.y0 - 1))
    near_crop = np.abs(np.subtract(sides, (crop.x0, crop.y0, crop.x1, crop.y1))) <= EDGE
    near_picture = np.abs(np.subtract(sides, (0, 0, width, height))) <= EDGE
    return bool((near_crop & ~near_picture).any())
