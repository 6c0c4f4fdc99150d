"""Choosing among the network's masks.

The network answers with a single mask (0) and candidates (1…M). A prompt that may mean several things, one click or
none, gets the best candidate; any other gets the single mask unless that one is unstable (SAM 2, Ravi et al. 2024).
h w: the network's mask size; H W: the picture's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from masklet.media.rle import encode_mask
from masklet.runtime.protocol import Decoded, NetworkPrompt, Pointer, RuntimeSpec
from masklet.session.geometry import SURE, Logits, Size, given_mask, logits_to_mask, on_picture, resize_logits
from masklet.session.meant import ranked
from masklet.session.packed import pack_logits
from masklet.values import Candidate, Mask

ABSENT = -1024.0  # logits of an object that is not in the picture, as in SAM 2
UNSTABLE_DELTA, STABLE = 0.05, 0.98  # SAM 2's switch from the single mask to the candidates
SCORE_DELTA = 1.0  # of the stability that candidates are given, as in SAM


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network said of one object on one frame, and which of its masks was taken.

    shown: the HxW bool mask, or the picture's size (height, width) for which it is made of the logits once it is asked
    for. logits: hxw float32. score: predicted IoU, 0 to 1. presence: logit, above 0 is present.
    alternatives: 1+M,h,w logits of all masks, and their predicted IoU, for policies that look at doubt.
    """

    shown: Mask | Size
    logits: Logits = field(repr=False)
    score: float
    presence: float
    pointer: Pointer = field(repr=False)
    alternatives: Logits = field(repr=False)
    alternative_scores: NDArray[np.float32] = field(repr=False)

    @cached_property
    def mask(self) -> Mask:
        """HxW bool; empty where the object is absent."""
        if isinstance(self.shown, np.ndarray):
            return self.shown
        return logits_to_mask(self.logits, self.shown) if self.presence > 0 else np.zeros(self.shown, bool)

    @cached_property
    def rle(self) -> dict[str, Any]:
        """The mask, compressed."""
        return encode_mask(self.mask)

    @cached_property
    def packed(self) -> bytes:
        """The logits, compressed."""
        return pack_logits(self.logits)

    @property
    def size(self) -> Size:
        """(height, width) of the mask."""
        height, width = self.shown.shape if isinstance(self.shown, np.ndarray) else self.shown
        return height, width


def stability(logits: Logits, delta: float) -> NDArray[np.float64]:
    """IoU of masks …,h,w cut at +delta with themselves cut at -delta, 0 to 1; 1 where both are empty."""
    inner = (logits > delta).sum(axis=(-2, -1))
    outer = (logits > -delta).sum(axis=(-2, -1))
    return np.where(outer > 0, inner / np.maximum(outer, 1), 1.0)


def is_ambiguous(prompt: NetworkPrompt) -> bool:
    """Whether the candidates answer rather than the single mask: at most one click, and no mask given."""
    return prompt.given_mask is None and len(prompt.labels) <= 1


def choose(decoded: Decoded, index: int, ambiguous: bool, *, steady: bool = True) -> int:
    """Which mask of object `index` is the answer: 0 the single one, 1…M a candidate.

    steady: an unstable single mask gives way (see `RuntimeSpec`).
    """
    scores = decoded.iou[index]
    if len(scores) == 1:
        return 0
    if not ambiguous and (not steady or stability(decoded.mask_logits[index, 0], UNSTABLE_DELTA) >= STABLE):
        return 0
    return 1 + int(np.argmax(scores[1:]))


def take(
    decoded: Decoded,
    index: int,
    prompt: NetworkPrompt,
    size: Size,
    *,
    given: Mask | None = None,
    chosen: int | None = None,
) -> Answer:
    """The answer for object `index` on a video's frame of `size`; absent objects have no mask.

    prompt: what it answers; `surely_there` makes the object present, whatever the network thinks.
    given: the mask that the user gave, which is the answer pixel for pixel. chosen: which mask, if not the one that
    `choose` takes.
    """
    ambiguous = is_ambiguous(prompt)
    if chosen is None:
        chosen = 0 if prompt.given_mask is not None else choose(decoded, index, ambiguous)
    presence = float(decoded.presence[index])
    if prompt.surely_there:
        presence = max(presence, SURE)
    logits = decoded.mask_logits[index, chosen]
    if presence <= 0:
        logits = np.full_like(logits, ABSENT)
    return Answer(
        shown=size if given is None else given,
        logits=logits,
        score=float(decoded.iou[index, chosen]),
        presence=presence,
        # also where a candidate stands in for the single mask: training knew no other pointers of clear prompts
        pointer=decoded.pointers[index, chosen if ambiguous else 0],
        alternatives=decoded.mask_logits[index],
        alternative_scores=decoded.iou[index],
    )


def candidates(decoded: Decoded, index: int, prompt: NetworkPrompt, size: Size, spec: RuntimeSpec) -> list[Candidate]:
    """The answers for prompt `index` on a still picture of `size`, best first.

    Several where one click may mean several things and nothing earlier is refined; else one.
    """
    ambiguous = is_ambiguous(prompt) and prompt.mask_logits is None
    several = ambiguous and decoded.iou.shape[1] > 1
    which = ranked(decoded, index, prompt, spec) if several else [choose(decoded, index, False, steady=spec.steady)]
    masks, scores = decoded.mask_logits[index], decoded.iou[index]
    return [candidate(masks[k], float(scores[k]), size, letterbox=spec.letterbox) for k in which]


def candidate(logits: Logits, score: float, size: Size, *, letterbox: bool = False) -> Candidate:
    """One mask as a value; its stability is measured on the logits as they are."""
    kept = np.array(logits)  # a view would hold on to the answers of the whole batch
    steady = float(stability(on_picture(kept, size, letterbox), SCORE_DELTA))
    return Candidate(logits_to_mask(kept, size, letterbox=letterbox), score, steady, kept)


def probability(presence_logit: float) -> float:
    """Sigmoid: the probability of presence, 0 to 1."""
    return float(1 / (1 + np.exp(-np.clip(presence_logit, -60, 60))))


def separate(answers: Sequence[Answer], fixed: Sequence[Mask], size: Size) -> list[Answer]:
    """The answers without overlap: each pixel goes to the object of the highest logit among those that show it;
    `fixed` masks go first."""
    # what is shown may reach beyond the logits' own outline: a closer look found it
    full = np.stack([np.where(answer.mask, resize_logits(answer.logits, size), -np.inf) for answer in answers])
    winner = full.argmax(axis=0)
    taken = np.logical_or.reduce([np.zeros(size, bool), *fixed])
    separated = []
    for index, answer in enumerate(answers):
        mask = answer.mask & (winner == index) & ~taken
        lost = answer.mask & ~mask
        logits = answer.logits
        if lost.any():
            side = logits.shape[0]
            logits = np.where(given_mask(lost, side) > 0, np.minimum(logits, -SURE), logits).astype(np.float32)
        separated.append(replace(answer, shown=mask, logits=logits))
    return separated
