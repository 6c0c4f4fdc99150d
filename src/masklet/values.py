"""The values that go in and out of masklet: frozen, typed, with no behaviour beyond views.

Coordinates are pixels of the original picture, (x, y), floats allowed; boxes are x0, y0, x1, y1.
Masks are boolean arrays of the original picture's size, True on the object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Prompt:
    """Everything that was said of one object on one frame: clicks, a box, or a whole mask.

    labels: 1 for a click on the object, 0 for a click outside it; one per point.
    mask: HxW bool of the picture's own size; it stands alone, without points or box.
    """

    points: tuple[Point, ...] = ()
    labels: tuple[int, ...] = ()
    box: Box | None = None
    mask: Mask | None = field(default=None, repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Prompt):
            return NotImplemented
        same_mask = (
            self.mask is other.mask
            if self.mask is None or other.mask is None
            else np.array_equal(self.mask, other.mask)
        )
        return (self.points, self.labels, self.box) == (other.points, other.labels, other.box) and same_mask


@dataclass(frozen=True, eq=False)
class Candidate:
    """One answer to a prompt on a picture.

    mask: HxW bool. score: predicted IoU, 0 to 1 (SAM's may pass 1 a little). stability: IoU of the mask with
    itself cut at stricter and looser thresholds, 0 to 1. logits: hxw float32 at the network's own mask size, over
    the whole picture and, with SAM, what pads it to a square; above 0 is object. It is what refining with
    `previous=` starts from.
    """

    mask: Mask
    score: float
    stability: float
    logits: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, eq=False)
class ObjectFrame:
    """One object on one frame.

    mask: HxW bool, all False when the object is absent. score: predicted IoU of the mask, 0 to 1.
    presence: probability that the object is in the picture at all, 0 to 1.
    prompted: whether a prompt of the user's stands on this frame.
    """

    mask: Mask
    score: float
    presence: float
    prompted: bool = False

    @property
    def visible(self) -> bool:
        """Whether any pixel of the object is seen."""
        return bool(self.mask.any())


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame with all its objects: `frame["dog"].mask`.

    index: 0-based position in the video or stream. objects: in the order in which they were first prompted.
    picture: HxWx3 uint8 RGB.
    """

    index: int
    objects: Mapping[str, ObjectFrame]
    picture: Picture = field(repr=False)

    def __getitem__(self, name: str) -> ObjectFrame:
        return self.objects[name]


@dataclass(frozen=True, eq=False)
class Masklet:
    """One object through a video: frame index -> that object's COCO RLE and scores.

    size: (height, width). rles: COCO's compressed RLE, {"size": [h, w], "counts": bytes}, per frame.
    """

    name: str
    size: tuple[int, int]
    rles: Mapping[int, Mapping[str, Any]]
    scores: Mapping[int, float]
    presences: Mapping[int, float]
