"""What searching a picture for everything works with: crops, regions, the sieve, and how doubles are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.media.rle import decode_mask
from masklet.runtime.protocol import Decoded, Recollection, Runtime, RuntimeSpec
from masklet.session.geometry import Size, make_prompt, to_network
from masklet.session.image import BATCH
from masklet.values import Box, Mask, Picture, Point

OVERLAP = 512 / 1500  # of neighbouring crops, as a part of the crop's shorter side; SAM's value
EDGE = 20.0  # pixels: a mask that ends this near to a crop's inner edge was cut off by it


@dataclass(frozen=True, eq=False)
class Region:
    """One object that was found.

    rle: COCO's compressed RLE. box: x0, y0, x1, y1 around the mask, x1 and y1 just past it. area: pixels.
    score: predicted IoU. stability: as a Candidate's. point: the click that found it. layer: 0 from the whole
    picture, 1 from its quarters, …
    """

    rle: Mapping[str, Any] = field(repr=False)
    box: Box
    area: int
    score: float
    stability: float
    point: Point
    layer: int = 0

    @property
    def mask(self) -> Mask:
        """HxW bool, decoded anew each time."""
        return decode_mask(self.rle)


@dataclass(frozen=True)
class Crop:
    """A part of the picture, x0, y0, x1, y1 in whole pixels."""

    x0: int
    y0: int
    x1: int
    y1: int
    layer: int

    @property
    def size(self) -> Size:
        """(height, width)."""
        return self.y1 - self.y0, self.x1 - self.x0


@dataclass(frozen=True)
class Sieve:
    """What a mask must be to be kept.

    iou_threshold: least predicted IoU. stability_threshold: least stability. overlap: of two answers with boxes or
    masks of more IoU than this, the worse one goes. Left out, all three are what suits the network (`RuntimeSpec`):
    small networks are less sure of good masks. min_region: islands and holes of fewer pixels are cleaned away.
    """

    iou_threshold: float | None = None
    stability_threshold: float | None = None
    overlap: float | None = None
    min_region: int = 100

    def suited_to(self, spec: RuntimeSpec) -> SuitedSieve:
        """The same sieve with nothing left out."""
        return SuitedSieve(
            spec.least_iou if self.iou_threshold is None else self.iou_threshold,
            spec.least_stability if self.stability_threshold is None else self.stability_threshold,
            spec.most_overlap if self.overlap is None else self.overlap,
            self.min_region,
        )


@dataclass(frozen=True)
class SuitedSieve:
    """A sieve with all of its meshes, see `Sieve`."""

    iou_threshold: float
    stability_threshold: float
    overlap: float
    min_region: int


def answers(
    runtime: Runtime, picture: Picture, crop: Crop, points: Sequence[Point]
) -> Iterator[tuple[Sequence[Point], Decoded]]:
    """What the network says of a crop to each click alone, batch by batch. points: in the crop's pixels."""
    part = np.ascontiguousarray(picture[crop.y0 : crop.y1, crop.x0 : crop.x1])
    recalled = runtime.recall(runtime.see(part), [Recollection()])
    for start in range(0, len(points), BATCH):
        batch = points[start : start + BATCH]
        prompts = [to_network(make_prompt(crop.size, [point]), crop.size, runtime.spec) for point in batch]
        yield batch, runtime.decode(recalled, prompts)


def clean(mask: Mask, min_region: int) -> Mask:
    """The mask without holes and islands of fewer than `min_region` pixels; its largest island always stays."""
    if min_region <= 1 or not mask.any():
        return mask
    filled = mask | _small_parts(~mask, min_region)
    islands = _small_parts(filled, min_region)
    return np.asarray(filled & ~islands, bool)


def greedy(count: int, overlap: float, ious: Callable[[int, NDArray[np.intp]], NDArray[np.float64]]) -> list[int]:
    """The indices, in order, of those that overlap no earlier one that stays by more. ious: of one with others."""
    waiting = np.arange(count)
    kept: list[int] = []
    while len(waiting):
        best, waiting = int(waiting[0]), waiting[1:]
        kept.append(best)
        if len(waiting):
            waiting = waiting[ious(best, waiting) <= overlap]
    return kept


def box_ious(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of a box x0, y0, x1, y1 with Nx4 others."""
    corner = np.maximum(box[:2], others[:, :2])
    sides = np.clip(np.minimum(box[2:], others[:, 2:]) - corner, 0, None)
    shared = sides[:, 0] * sides[:, 1]
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return np.asarray(shared / ((box[2] - box[0]) * (box[3] - box[1]) + areas - shared), np.float64)


def _small_parts(mask: Mask, min_region: int) -> Mask:
    """The connected parts (8 neighbours) of fewer pixels, save the largest part of all."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < min_region
    small[0] = False  # what is not in the mask
    if count > 1:
        small[1 + int(np.argmax(areas[1:]))] = False
    return np.asarray(small[labels], bool)
