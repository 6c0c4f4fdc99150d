"""Which of one click's candidates is meant.

People click well inside what they mean. So, of two candidates of like quality, the one is more likely meant whose
middle the click is near: a wheel rather than the car, when the click is on the hub. How much that counts is the
network's own figure (`RuntimeSpec.middle`), for published weights nothing.
"""

from __future__ import annotations

import cv2
import numpy as np

from masklet.runtime.protocol import Decoded, NetworkPrompt, RuntimeSpec
from masklet.values import Mask, Point, Prompt

FINE = 192  # pixels that an object's longer side is looked at with


def favour(mask: Mask, score: float, prompt: Prompt, spec: RuntimeSpec) -> float:
    """How likely a candidate, HxW, is what the prompt means: its predicted IoU, and after one click on the object
    (nothing else said) how near the candidate's middle that is."""
    if not spec.middle or prompt.labels != (1,) or prompt.box is not None:
        return score
    return score + spec.middle * middleness(mask, prompt.points[0])


def ranked(decoded: Decoded, index: int, prompt: NetworkPrompt, spec: RuntimeSpec) -> list[int]:
    """The numbers 1…M of prompt `index`'s candidates, best first."""
    scores = decoded.iou[index, 1:].astype(np.float64)
    if spec.middle and list(prompt.labels) == [1]:
        x, y = (float(value) * spec.mask_size / spec.picture_size for value in prompt.points[0])
        near = [middleness(logits > 0, (x, y)) for logits in decoded.mask_logits[index, 1:]]
        scores += spec.middle * np.array(near)
    return [1 + int(number) for number in np.argsort(-scores, kind="stable")]


def middleness(mask: Mask, point: Point) -> float:
    """How near a mask's middle a point lies: its distance from the mask's edge, in parts of the greatest that any of
    its pixels has; 0 outside the mask, 1 in the middle. mask: HxW bool, whose border is an edge, too."""
    height, width = mask.shape
    column, row = min(max(int(point[0]), 0), width - 1), min(max(int(point[1]), 0), height - 1)
    if not mask[row, column]:
        return 0.0
    x, y, wide, high = cv2.boundingRect(mask.view(np.uint8))
    step = 1 + (max(wide, high) - 1) // FINE
    top, left = y + (row - y) % step, x + (column - x) % step  # the point is among the pixels that are looked at
    coarse = mask[top : y + high : step, left : x + wide : step]
    distance = cv2.distanceTransform(np.pad(coarse.view(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(distance[(row - top) // step + 1, (column - left) // step + 1] / distance.max())
