"""Who is taken for whom: identity switches, and what HOTA is computed from.

On every annotated frame the objects that are there are matched with the masks that are predicted, whatever number
these bear; a switch is an object that is matched with another number than when it was last matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment

from masklet.data.sets.values import VideoItem
from masklet.evaluate.answers import Predicted
from masklet.media.rle import Rle, mask_area

LEAST = 0.5
"""IoU from which a predicted mask may stand for an object."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One frame: the objects that are there, the numbers predicted there, and their IoU, objects x numbers."""

    objects: tuple[int, ...]
    predicted: tuple[int, ...]
    ious: NDArray[np.float64] = field(repr=False)


def sightings(item: VideoItem, predicted: Predicted, counted: Mapping[int, Sequence[int]]) -> list[Sighting]:
    """What is there and what is predicted on each frame. counted: the frames that count, by object.

    Predictions under numbers that the set does not know are none of an object's, and left out.
    """
    by_frame: dict[int, set[int]] = {}
    for number, frames in counted.items():
        for t in frames:
            by_frame.setdefault(t, set()).add(number)
    found = []
    for t, numbers in sorted(by_frame.items()):
        truth = {r.thing: r.rle for r in item.truths[t].regions if r.thing in numbers}
        guess = {n: frames[t] for n, frames in sorted(predicted.items()) if n in numbers and t in frames}
        guess = {number: rle for number, rle in guess.items() if mask_area(rle)}
        found.append(Sighting(tuple(truth), tuple(guess), _ious(list(truth.values()), list(guess.values()))))
    return found


def id_switches(frames: Sequence[Sighting]) -> dict[int, int]:
    """How often each object is taken over by another prediction: CLEAR's identity switches (Bernardin and
    Stiefelhagen, 2008) as `trackeval` counts them; only objects with a switch are in the mapping.

    A match of the frame before is kept as long as its IoU is 0.5 or more.
    """
    last: dict[int, int] = {}
    before: dict[int, int] = {}
    switches: dict[int, int] = {}
    for one in frames:
        if not one.objects or not one.predicted:
            continue
        kept = np.array([[before.get(n) == guess for guess in one.predicted] for n in one.objects])
        worth = np.where(one.ious < LEAST - np.finfo(float).eps, 0, 1000 * kept + one.ious)
        before = {}
        for row, column in zip(*linear_sum_assignment(-worth), strict=True):
            if worth[row, column] > np.finfo(float).eps:
                number, guess = one.objects[row], one.predicted[column]
                if last.get(number, guess) != guess:
                    switches[number] = switches.get(number, 0) + 1
                last[number] = before[number] = guess
    return switches


def _ious(truth: list[Rle], guess: list[Rle]) -> NDArray[np.float64]:
    if not truth or not guess:
        return np.zeros((len(truth), len(guess)))
    packed = [[_packed(rle) for rle in rles] for rles in (truth, guess)]
    return np.asarray(coco.iou(*packed, [0] * len(guess)), np.float64).reshape(len(truth), len(guess))


def _packed(rle: Rle) -> dict[str, Any]:
    counts = rle["counts"]
    return {"size": list(rle["size"]), "counts": counts.encode("ascii") if isinstance(counts, str) else counts}
