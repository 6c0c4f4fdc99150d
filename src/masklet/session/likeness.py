"""Whether what is tracked still looks like what the user pointed at.

A small network takes what covers an object for the object: it judges presence by what it sees now. So what it sees
under a mask is held against what it saw under the masks of the prompted frames, and how alike they are moves presence
and predicted IoU. C: channels of the picture's features, h w: their grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from masklet.runtime.protocol import Features, Runtime
from masklet.session.answer import ABSENT, Answer

Cover = NDArray[np.bool_]  # H,W: where an object is, on a grid a whole number of times as fine as the features'

ALIKE = 0.75  # the cosine at which presence stays as the network has it
SHARPNESS = 16.0  # logits of presence for a whole cosine
TRUST = 4  # of cosines, the power that predicted IoUs are multiplied by
LEAST_SPREAD = 1e-3


@dataclass(frozen=True, eq=False)
class Look:
    """What an object looked like on a frame: C numbers of length 1, of features whose mean over that frame's picture is
    taken off and whose channels are divided by their spread there."""

    mean_C: NDArray[np.float32]
    spread_C: NDArray[np.float32]
    direction_C: NDArray[np.float32]


def depict(runtime: Runtime, features: Features) -> NDArray[np.float32] | None:
    """A picture's features at stride 16, C,h,w; None where nobody asks how alike things are."""
    return runtime.depict(features) if runtime.spec.likeness else None


def look_of(depicted_Chw: NDArray[np.float32], cover: Cover) -> Look | None:
    """What the covered part looks like; None where nothing is covered."""
    under = _under(depicted_Chw, cover)
    if under is None:
        return None
    places = depicted_Chw.reshape(len(depicted_Chw), -1)
    mean, spread = places.mean(1), places.std(1) + LEAST_SPREAD
    return Look(mean, spread, _direction(under, mean, spread))


def likeness(depicted_Chw: NDArray[np.float32], cover: Cover, looks: Sequence[Look]) -> float | None:
    """The cosine, -1 to 1, of what is covered and that of `looks` which is most like it; None where there is nothing
    to compare."""
    under = _under(depicted_Chw, cover)
    if under is None or not looks:
        return None
    return max(float(_direction(under, one.mean_C, one.spread_C) @ one.direction_C) for one in looks)


def weigh(answer: Answer, alike: float | None) -> Answer:
    """A tracked frame's answer once it is known how like its object it is; what is too unlike is absent."""
    if alike is None:
        return answer
    presence = answer.presence + SHARPNESS * (alike - ALIKE)
    score = trusted(answer.score, alike)
    if presence <= 0:
        return replace(
            answer, presence=presence, score=score, logits=np.full_like(answer.logits, ABSENT), shown=answer.size
        )
    return replace(answer, presence=presence, score=score)


def trusted(score: float, alike: float | None) -> float:
    """A predicted IoU once it is known how like its object the masked part is."""
    return score if alike is None else score * max(alike, 0.0) ** TRUST


def _under(depicted_Chw: NDArray[np.float32], cover: Cover) -> NDArray[np.float32] | None:
    """C: the mean under the cover."""
    height, width = depicted_Chw.shape[1:]
    times = cover.shape[0] // height, cover.shape[1] // width
    shares = cover.reshape(height, times[0], width, times[1]).mean((1, 3), dtype=np.float32).ravel()
    shares **= 3  # cells that are covered in part show something else, too
    whole = float(shares.sum())
    if whole == 0:
        return None
    # no matrix product: its threads would stand in the way of the network's
    return np.asarray(np.einsum("cp,p->c", depicted_Chw.reshape(len(depicted_Chw), -1), shares / whole), np.float32)


def _direction(
    under_C: NDArray[np.float32], mean_C: NDArray[np.float32], spread_C: NDArray[np.float32]
) -> NDArray[np.float32]:
    apart = (under_C - mean_C) / spread_C
    return np.asarray(apart / max(float(np.linalg.norm(apart)), LEAST_SPREAD), np.float32)
