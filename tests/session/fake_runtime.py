"""A small deterministic network that really segments and tracks drawn clips: an object is a region of one colour.

It records every call, and keeps a weak hold on every handle, so that tests see what was recalled, that calls are
batched, and that handles are let go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakSet

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.runtime.protocol import Decoded, NetworkPrompt, Recollection, RuntimeFacts, RuntimeSpec

SIDE, MASK_SIDE = 128, 64
NEAR = 40.0  # colours nearer than this are one colour
CANDIDATE_SCORES = (0.85, 0.7, 0.9, 0.6)


@dataclass(eq=False)
class FakeFeatures:
    pixels: NDArray[np.float32]  # hxwx3
    frame: int


@dataclass(eq=False)
class FakeMemory:
    """What the object looked like, and where it was; colour None where it was absent."""

    colour: NDArray[np.float32] | None
    place: tuple[float, float] | None
    frame: int
    prompted: bool


@dataclass(eq=False)
class FakeRecalled:
    features: FakeFeatures
    recollections: Sequence[Recollection]


@dataclass(frozen=True)
class Recalling:
    """What one object recalled: (slot, frame) of its memories, and the distances of its pointers."""

    frame: int
    memories: tuple[tuple[int, int], ...]
    distances: tuple[int, ...]


@dataclass
class Calls:
    see: int = 0
    recall: list[list[Recalling]] = field(default_factory=list)
    decode: list[Sequence[NetworkPrompt]] = field(default_factory=list)
    remember: list[Sequence[bool]] = field(default_factory=list)


class FakeRuntime:
    """See the head of this file. Frames are told by the red value that `drawn` leaves in a picture's first pixel."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.calls = Calls()
        self.features: WeakSet[FakeFeatures] = WeakSet()
        self.memories: WeakSet[FakeMemory] = WeakSet()
        self.unsteady = False  # mask 0 comes out with logits around its thresholds

    @property
    def spec(self) -> RuntimeSpec:
        return RuntimeSpec("fake", SIDE, MASK_SIDE, candidates=3, recent_memories=3, pointers=6, strict=self.strict)

    @property
    def facts(self) -> RuntimeFacts:
        return RuntimeFacts("colours 1.0", "cpu", "float32", 1, 12)

    def wait(self) -> None:
        pass

    def see(self, picture):
        self.calls.see += 1
        small = cv2.resize(picture, (MASK_SIDE, MASK_SIDE), interpolation=cv2.INTER_NEAREST).astype(np.float32)
        features = FakeFeatures(small, int(picture[0, 0, 0]))
        self.features.add(features)
        return features

    def recall(self, features, recollections):
        self.calls.recall.append(
            [
                Recalling(
                    features.frame,
                    tuple((slot, memory.frame) for slot, memory in one.memories),
                    tuple(distance for distance, _ in one.pointers),
                )
                for one in recollections
            ]
        )
        return FakeRecalled(features, list(recollections))

    def decode(self, recalled, prompts):
        self.calls.decode.append(list(prompts))
        assert len(recalled.recollections) in (1, len(prompts))
        shared = recalled.recollections * (len(prompts) if len(recalled.recollections) == 1 else 1)
        answers = [self._decode(recalled.features, r, p) for r, p in zip(shared, prompts, strict=True)]
        return Decoded(*(np.stack(parts).astype(np.float32) for parts in zip(*answers, strict=True)))

    def remember(self, features, mask_logits, presence, prompted):
        self.calls.remember.append(list(prompted))
        assert len(mask_logits) == len(presence) == len(prompted)
        memories = []
        for logits, there, certain in zip(mask_logits, presence, prompted, strict=True):
            inside = cv2.resize(logits, (MASK_SIDE, MASK_SIDE), interpolation=cv2.INTER_AREA) > 0
            seen = bool(there > 0 and inside.any())
            colour = features.pixels[inside].mean(axis=0) if seen else None
            place = tuple(np.argwhere(inside).mean(axis=0)) if seen else None
            memories.append(FakeMemory(colour, place, features.frame, bool(certain)))
            self.memories.add(memories[-1])
        return memories

    def _decode(self, features, recollection, prompt):
        pixels = features.pixels
        if prompt.given_mask is not None:
            share = cv2.resize(prompt.given_mask, (MASK_SIDE, MASK_SIDE), interpolation=cv2.INTER_AREA)
            logits = 20 * share - 10
            presence = 10.0 if prompt.given_mask.any() else -10.0
            return np.repeat(logits[None], 4, 0), np.ones(4), presence, self._pointers(pixels, logits[None])
        if len(prompt.labels):
            mask = self._clicked(pixels, prompt)
            present = True
        else:
            mask = self._tracked(features, recollection)
            present = bool(mask.any())
        logits = np.where(np.stack([mask, mask, mask, mask]), 8.0, -8.0)
        larger = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        smaller = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        logits[1] = np.where(larger, 8.0, -8.0)
        logits[3] = np.where(smaller, 8.0, -8.0)
        if self.unsteady:
            logits[0] = np.where(mask, 0.01, -0.01)
        return logits, np.array(CANDIDATE_SCORES), (8.0 if present else -8.0), self._pointers(pixels, logits)

    def _pointers(self, pixels, logits):
        colours = [pixels[one > 0].mean(axis=0) if (one > 0).any() else np.zeros(3) for one in logits]
        return np.repeat(colours, 4 // len(colours), 0)

    def _clicked(self, pixels, prompt):
        scale = MASK_SIDE / SIDE
        mask = np.zeros(pixels.shape[:2], bool) if prompt.mask_logits is None else prompt.mask_logits > 0
        corners = [point * scale for point, label in zip(prompt.points, prompt.labels, strict=True) if label > 1]
        if corners and prompt.mask_logits is None:
            (x0, y0), (x1, y1) = corners
            mask |= region(pixels, ((x0 + x1) / 2, (y0 + y1) / 2))
        for wanted in (1, 0):
            for point, label in zip(prompt.points, prompt.labels, strict=True):
                if label == wanted:
                    part = region(pixels, tuple(point * scale))
                    mask = mask | part if wanted else mask & ~part
        return mask

    def _tracked(self, features, recollection):
        """The region nearest to where the object was last, of the colour it had last."""
        pixels = features.pixels
        known = [one for one in recollection.memories if one[1].colour is not None]
        if not known:
            return np.zeros(pixels.shape[:2], bool)
        # The latest of the tracked frames; without any, the nearest prompted one.
        latest = min(known, key=lambda one: (not one[0], one[0] or abs(one[1].frame - features.frame)))[1]
        alike = np.linalg.norm(pixels - latest.colour, axis=2) < NEAR
        count, labels = cv2.connectedComponents(alike.astype(np.uint8))
        regions = [labels == index for index in range(1, count)]
        if not regions:
            return np.zeros(pixels.shape[:2], bool)
        return min(regions, key=lambda one: np.linalg.norm(np.argwhere(one).mean(axis=0) - latest.place))


def region(pixels, point):
    """The connected region of the colour at (x, y)."""
    x, y = (min(int(value), MASK_SIDE - 1) for value in point)
    alike = np.linalg.norm(pixels - pixels[y, x], axis=2) < NEAR
    _, labels = cv2.connectedComponents(alike.astype(np.uint8))
    return labels == labels[y, x]
