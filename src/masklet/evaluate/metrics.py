"""Figures of merit for masks: IoU and J, boundary accuracy F, boundary IoU, presence, and DAVIS's way of averaging.

Masks are HxW bool (any dtype whose non-zero is object is taken). J and F and the averaging follow Perazzi et al., "A
Benchmark Dataset and Evaluation Methodology for Video Object Segmentation" (CVPR 2016) and Pont-Tuset et
al., "The 2017 DAVIS Challenge" (2017). All figures are fractions, 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.errors import InputError

AnyMask = NDArray[Any]


def iou(prediction: AnyMask, truth: AnyMask) -> float:
    """Intersection over union of two HxW masks, 0 to 1; two empty masks agree and give 1.

    Raises InputError when the sizes differ.
    """
    a, b = _as_pair(prediction, truth)
    intersection = np.count_nonzero(a & b)
    union = np.count_nonzero(a | b)
    return 1.0 if union == 0 else intersection / union


def region_similarity(prediction: AnyMask, truth: AnyMask) -> float:
    """J of DAVIS: the IoU of two HxW masks, 1 when both are empty. Raises InputError when the sizes differ."""
    return iou(prediction, truth)


def boundary_accuracy(prediction: AnyMask, truth: AnyMask, bound: float = 0.008) -> float:
    """F of DAVIS: how well the outlines of two HxW masks agree, 0 to 1.

    It is the harmonic mean of precision (the share of the prediction's boundary pixels that lie near the truth's
    boundary) and recall (the share of the truth's near the prediction's). Near is at most
    ceil(bound * picture diagonal) pixels. A missing boundary agrees with a missing boundary alone: both
    missing give 1, one missing 0. Note that a mask over the whole picture has no boundary.

    bound: the tolerance as a share of the diagonal. Raises InputError when the sizes differ.
    """
    a, b = _as_pair(prediction, truth)
    radius = math.ceil(bound * math.hypot(*a.shape))
    outline_a, outline_b = boundary(a), boundary(b)
    count_a, count_b = cv2.countNonZero(outline_a), cv2.countNonZero(outline_b)
    if count_a == 0 or count_b == 0:
        return 1.0 if count_a == count_b else 0.0

    # Only pixels on either outline are ever asked about, so all else can be cut away.
    x, y, w, h = cv2.boundingRect(outline_a | outline_b)
    outline_a, outline_b = outline_a[y : y + h, x : x + w], outline_b[y : y + h, x : x + w]
    kernel = _disk(radius)
    precision = np.count_nonzero(np.logical_and(outline_a, cv2.dilate(outline_b, kernel))) / count_a
    recall = np.count_nonzero(np.logical_and(outline_b, cv2.dilate(outline_a, kernel))) / count_b
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def boundary_iou(prediction: AnyMask, truth: AnyMask, ratio: float = 0.02) -> float:
    """Boundary IoU (Cheng et al., CVPR 2021): the IoU of two HxW masks' inner borders, 0 to 1; two empty ones give 1.

    The border is what of a mask lies at most `ratio` of the picture's diagonal (in whole pixels, at least one) from
    what is not in the mask, counted along rows, columns and diagonals; beyond the picture nothing is in it.
    Raises InputError when the sizes differ.
    """
    a, b = _as_pair(prediction, truth)
    x, y, w, h = cv2.boundingRect((a | b).view(np.uint8))
    if not w:
        return 1.0
    width = max(1, round(ratio * math.hypot(*a.shape)))
    a, b = a[y : y + h, x : x + w], b[y : y + h, x : x + w]  # nothing of either lies beyond
    return iou(_inner_border(a, width), _inner_border(b, width))


def boundary(mask: AnyMask) -> NDArray[np.uint8]:
    """The outline of an HxW mask as HxW uint8 0 or 1: pixels that differ from the one to the right, below or both.

    The picture's own edge is no outline: beyond it the mask goes on as it ends.
    """
    inside = np.asarray(mask).astype(bool)
    outline = np.zeros(inside.shape, np.bool_)
    outline[:, :-1] |= inside[:, :-1] ^ inside[:, 1:]
    outline[:-1, :] |= inside[:-1, :] ^ inside[1:, :]
    outline[:-1, :-1] |= inside[:-1, :-1] ^ inside[1:, 1:]
    return outline.view(np.uint8)


@dataclass(frozen=True)
class FrameScore:
    """J and F of one object on one frame."""

    j: float
    f: float


@dataclass(frozen=True)
class TrackScore:
    """One object through one video, or several averaged.

    j, f: means over the frames that count. frames: how many those are.
    """

    j: float
    f: float
    frames: int

    @property
    def jf(self) -> float:
        """J&F: the mean of J and F."""
        return (self.j + self.f) / 2


def score_frame(
    prediction: AnyMask, truth: AnyMask, *, void: AnyMask | None = None, bound: float = 0.008
) -> FrameScore:
    """J and F of one HxW mask against the truth.

    void: HxW, true on pixels that nobody labelled and that count neither way (they become background in both).
    Raises InputError when sizes differ.
    """
    a, b = _as_pair(prediction, truth)
    if void is not None:
        labelled = ~_as_pair(void, truth)[0]
        a, b = a & labelled, b & labelled
    return FrameScore(j=region_similarity(a, b), f=boundary_accuracy(a, b, bound))


def score_track(frames: Sequence[FrameScore], *, leave_out_ends: bool = True) -> TrackScore:
    """DAVIS's semi-supervised score of one object: J and F averaged over time.

    frames: one score per annotated frame, from the frame on which the object was given to the last.
    leave_out_ends: the first frame (it was given) and the last do not count, as DAVIS has it.

    Raises InputError when no frame is left to count.
    """
    counted = frames[1:-1] if leave_out_ends else frames
    if not counted:
        raise InputError(f"a track of {len(frames)} frames has none left to score: give at least 3")
    return TrackScore(
        j=float(np.mean([frame.j for frame in counted])),
        f=float(np.mean([frame.f for frame in counted])),
        frames=len(counted),
    )


@dataclass(frozen=True)
class Statistics:
    """DAVIS's three figures of one object's J or F over time.

    mean: over the frames. recall: the share of frames above 0.5. decay: the mean of the first quarter less that of
    the last; below 0 the object is followed better and better.
    """

    mean: float
    recall: float
    decay: float


def statistics(values: Sequence[float]) -> Statistics:
    """Mean, recall and decay over an object's counted frames in order. Raises InputError when there are none.

    The quarters are DAVIS's: they share the frame at which they meet.
    """
    if not len(values):
        raise InputError("no frames to take the mean of")
    each = np.asarray(values, np.float64)
    # DAVIS's code keeps these places in 8 bits, which garbles the decay of more than 256 frames; here they stay whole.
    edges = (np.round(np.linspace(1, len(each), 5) + 1e-10) - 1).astype(int)
    first, last = each[edges[0] : edges[1] + 1], each[edges[3] : edges[4] + 1]
    return Statistics(float(each.mean()), float(np.mean(each > 0.5)), float(first.mean() - last.mean()))


@dataclass(frozen=True)
class Presence:
    """How well it is told whether an object is in the picture.

    accuracy: the share of frames told rightly. f1: of the frames with the object, the harmonic mean of precision and
    recall; 1 when it is never there and never said to be.
    """

    accuracy: float
    f1: float


def presence(truth: Sequence[bool], predicted: Sequence[bool]) -> Presence:
    """Accuracy and F1 of an object's visibility over frames. Raises InputError when there are none, or not as many."""
    there, said = np.asarray(truth, bool), np.asarray(predicted, bool)
    if there.shape != said.shape or not there.size:
        raise InputError(f"presence compares as many frames on both sides, not {there.size} and {said.size}")
    hits, wrong = int(np.sum(there & said)), int(np.sum(there ^ said))
    f1 = 1.0 if hits + wrong == 0 else 2 * hits / (2 * hits + wrong)
    return Presence(float(np.mean(there == said)), f1)


def clicks_to(ious: Sequence[float], least: float) -> int | None:
    """NoC: after how many clicks the IoU first is `least` or more; None when it never is.

    ious: after 1, 2, … clicks. The field's means count what is never reached with the most clicks allowed.
    """
    return next((number for number, value in enumerate(ious, 1) if value >= least), None)


def mean_score(scores: Iterable[TrackScore]) -> TrackScore:
    """The mean of J and of F over objects, each counted once however long its track is (as DAVIS-2017 has it).

    `frames` is the sum. Raises InputError when there are none.
    """
    listed = list(scores)
    if not listed:
        raise InputError("no tracks to average")
    return TrackScore(
        j=float(np.mean([score.j for score in listed])),
        f=float(np.mean([score.f for score in listed])),
        frames=sum(score.frames for score in listed),
    )


def _as_pair(prediction: AnyMask, truth: AnyMask) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    a, b = np.asarray(prediction), np.asarray(truth)
    if a.ndim != 2 or a.shape != b.shape:
        raise InputError(f"a mask of shape {a.shape} cannot be compared with one of {b.shape}: both must be HxW, equal")
    return a.astype(bool), b.astype(bool)


def _inner_border(mask: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    padded = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    return mask & (inner == 0)


def _disk(radius: int) -> NDArray[np.uint8]:
    """All pixels at most `radius` from the middle, as a (2r+1)x(2r+1) uint8 kernel."""
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    inside: NDArray[np.bool_] = x * x + y * y <= radius * radius
    return inside.astype(np.uint8)
