"""Pictures seen once: what a preview has embedded, a prompt on the same frame need not embed again."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from masklet.runtime.protocol import (
        Decoded,
        Features,
        Memory,
        NetworkPrompt,
        Recalled,
        Recollection,
        Runtime,
        RuntimeFacts,
        RuntimeSpec,
    )

KEPT = 8  # pictures, of all projects


class SharedSight:
    """A runtime that keeps the features of the last few pictures, told by their bytes; all else is the inner one's."""

    def __init__(self, inner: Runtime, kept: int = KEPT) -> None:
        self._inner, self._kept = inner, kept
        self._seen: OrderedDict[bytes, Features] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def spec(self) -> RuntimeSpec:
        """The inner one's."""
        return self._inner.spec

    @property
    def facts(self) -> RuntimeFacts:
        """The inner one's."""
        return self._inner.facts

    def wait(self) -> None:
        """The inner one's."""
        self._inner.wait()

    def see(self, picture: NDArray[np.uint8]) -> Features:
        """The features of a picture; those of one that was seen a little while ago are still here."""
        pixels = np.ascontiguousarray(picture)
        key = hashlib.blake2b(pixels.data, digest_size=16).digest() + repr(pixels.shape).encode()
        with self._lock:
            if key in self._seen:
                self._seen.move_to_end(key)
                return self._seen[key]
        features = self._inner.see(picture)
        with self._lock:
            self._seen[key] = features
            while len(self._seen) > self._kept:
                self._seen.popitem(last=False)
        return features

    def depict(self, features: Features) -> NDArray[np.float32]:
        """The inner one's."""
        return self._inner.depict(features)

    def recall(self, features: Features, recollections: Sequence[Recollection]) -> Recalled:
        """The inner one's."""
        return self._inner.recall(features, recollections)

    def decode(self, recalled: Recalled, prompts: Sequence[NetworkPrompt]) -> Decoded:
        """The inner one's."""
        return self._inner.decode(recalled, prompts)

    def remember(
        self,
        features: Features,
        mask_logits: NDArray[np.float32],
        presence: NDArray[np.float32],
        prompted: Sequence[bool],
    ) -> list[Memory]:
        """The inner one's."""
        return self._inner.remember(features, mask_logits, presence, prompted)
