"""Figures of one object on clips of which everything is known: found again, gone yet shown, taken for another.

A clip's frames are those after the one on which the object was given. All rates are fractions, 0 to 1; None stands
where there was nothing to count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

FOUND = 0.5
"""IoU from which an object counts as found."""
WINDOW = 20
"""Frames within which an object that is back must be found."""
LEAST_TIME = 5
"""A return that is followed by fewer frames on which the object is seen says nothing, and does not count."""


@dataclass(frozen=True)
class StressFrame:
    """One object on one frame. visible: which part of it is seen, 0 to 1; above 0 exactly where the truth has a pixel.

    j, f: against the truth (J is the IoU). shown: whether the prediction has a pixel. other: whether most of the
    prediction lies on another object, and more of it than on this one. presence, score: what the model says: the
    probability that the object is there, and the predicted IoU.
    """

    index: int
    visible: float
    j: float
    f: float
    shown: bool
    other: bool
    presence: float
    score: float


@dataclass(frozen=True)
class Return:
    """An object is seen again, or stands elsewhere after a cut. back: the first frame. delay: frames until it was
    found, 0 when it was at once; None when it was not found within the window."""

    back: int
    delay: int | None


def returns(frames: Sequence[StressFrame], cuts: Iterable[int] = (), *, window: int = WINDOW) -> list[Return]:
    """Every return of an object after frames without a pixel of it, and every cut over which it stays in sight.

    It must be found (IoU 0.5 or more) within `window` frames and before it is gone again or the next cut.
    """
    breaks, found = set(cuts), []
    starts = [
        i
        for i, frame in enumerate(frames)
        if frame.visible > 0 and i > 0 and (frames[i - 1].visible == 0 or frame.index in breaks)
    ]
    for start in starts:
        stop = start + 1
        while stop < len(frames) and frames[stop].visible > 0 and frames[stop].index not in breaks:
            stop += 1
        if stop - start < LEAST_TIME:
            continue
        hits = [i - start for i in range(start, min(stop, start + window)) if frames[i].j >= FOUND]
        found.append(Return(frames[start].index, hits[0] if hits else None))
    return found


def false_mask_rate(frames: Sequence[StressFrame]) -> float | None:
    """Of the frames on which the object is not seen, the share on which a mask is shown all the same."""
    absent = [frame.shown for frame in frames if frame.visible == 0]
    return float(np.mean(absent)) if absent else None


def other_rate(frames: Sequence[StressFrame]) -> float:
    """The share of all frames on which the mask lies on another object instead."""
    return float(np.mean([frame.other for frame in frames])) if frames else 0.0


def seen_scores(frames: Sequence[StressFrame]) -> tuple[float, float] | None:
    """The means of J and F over the frames on which the object is seen. Frames without it would flatter a model that
    has lost it, since two empty masks agree."""
    seen = [(frame.j, frame.f) for frame in frames if frame.visible > 0]
    if not seen:
        return None
    j, f = np.mean(seen, axis=0)
    return float(j), float(f)


def presence_auc(frames: Sequence[StressFrame], *, least: float = 0.0) -> float | None:
    """The chance that on a frame that shows its object more presence is said than on one that does not, ties half
    (the area under the ROC curve, by Mann and Whitney).

    least: frames that show less than this part of the object are left out.
    """
    from scipy.stats import rankdata

    there = np.array([frame.presence for frame in frames if frame.visible > 0 and frame.visible >= least])
    gone = np.array([frame.presence for frame in frames if frame.visible == 0])
    if not len(there) or not len(gone):
        return None
    ranks = rankdata(np.concatenate([there, gone]))
    return float((ranks[: len(there)].sum() - len(there) * (len(there) + 1) / 2) / (len(there) * len(gone)))


def score_error(frames: Sequence[StressFrame]) -> float | None:
    """The mean absolute difference of the predicted and the true IoU, over frames on which the object is seen and a
    mask is shown: of an absent object nothing can be predicted."""
    differences = [abs(frame.score - frame.j) for frame in frames if frame.visible > 0 and frame.shown]
    return float(np.mean(differences)) if differences else None
