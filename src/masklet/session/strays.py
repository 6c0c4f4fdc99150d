"""Parts of a tracked mask that cannot be the object: far from where it was last, while another part is near.

A small network takes things that look like the object for it, wherever in the picture they are; written into the
memory, they would be followed from then on. h w: the network's mask size.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.session.answer import Answer
from masklet.session.geometry import Logits

Cover = NDArray[np.bool_]  # h,w: where an object was

SURELY_NOT = -6.0  # logits of what was taken away


def without_strays(logits: Logits, last: Cover | None, reach: float) -> Logits:
    """h,w logits whose parts farther from `last` than `reach` times the square root of its area are no longer object.

    A part is what hangs together above 0, diagonals included. Where none is near, the object has moved far or comes
    back, and its largest part is kept. last: where the object was when it was last seen; None or empty: unknown,
    and nothing is taken away. The logits given are not changed.
    """
    if last is None or not math.isfinite(reach) or not last.any():
        return logits
    count, parts, figures, _ = cv2.connectedComponentsWithStats((logits > 0).astype(np.uint8), connectivity=8)
    if count <= 2:  # background and one part
        return logits
    radius = max(2, round(reach * math.sqrt(np.count_nonzero(last))))
    near = cv2.dilate(last.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2))
    kept = np.zeros(count, bool)
    kept[parts[near > 0]] = True
    kept[0] = False
    if not kept.any():
        kept[1 + int(figures[1:, cv2.CC_STAT_AREA].argmax())] = True
    kept[0] = True  # what is below 0 stays as it is
    return np.where(kept[parts], logits, np.float32(SURELY_NOT)).astype(np.float32)


def clear_strays(answer: Answer, last: Cover | None, reach: float) -> Answer:
    """The same for an answer on a tracked frame, its mask included."""
    logits = without_strays(answer.logits, last, reach)
    if logits is answer.logits:
        return answer
    return replace(answer, logits=logits, shown=answer.size)
