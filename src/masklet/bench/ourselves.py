"""masklet's side of a comparison: the same calls as a peer answers, on a runtime."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from masklet.runtime.protocol import Decoded, NetworkPrompt, Recollection, Runtime
from masklet.session.answer import ABSENT, choose
from masklet.session.geometry import SURE

from .peer_process import Footage

PARTS = ("see", "recall", "decode", "remember")
T = TypeVar("T")


class Ourselves:
    """A runtime with its memories full of the first picture; it works on the second."""

    def __init__(self, runtime: Runtime, footage: Footage) -> None:
        self.runtime, self._footage = runtime, footage
        self._recollections = [self._full(mask) for mask in footage.masks] if runtime.spec.recent_memories else []
        self._seconds: dict[str, float] = {}
        self._masks = self._clicked = np.zeros(0, np.float32)

    def _full(self, mask: NDArray[np.bool_]) -> Recollection:
        runtime, given = self.runtime, mask.astype(np.float32)
        seen = runtime.see(self._footage.levels[0])
        said = runtime.decode(runtime.recall(seen, [Recollection()]), [NetworkPrompt(given_mask=given)])
        logits = np.float32(2 * SURE) * given[None] - np.float32(SURE)
        (memory,) = runtime.remember(seen, logits, said.presence, [False])
        pointer, spec = said.pointers[0, 0], runtime.spec
        return Recollection(
            tuple((slot, memory) for slot in range(spec.recent_memories + 1)),
            tuple((float(distance), pointer) for distance in (spec.pointers, *range(1, spec.pointers))),
        )

    def picture(self) -> dict[str, float]:
        """See PeerProcess."""
        runtime, start = self.runtime, time.perf_counter()
        recalled = runtime.recall(runtime.see(self._footage.levels[0]), [Recollection()])
        runtime.wait()
        ready = time.perf_counter()
        points = np.array([self._footage.click], np.float32)
        said = runtime.decode(recalled, [NetworkPrompt(points=points, labels=np.ones(1, np.int64))])
        self._clicked = said.mask_logits[0, 1:]
        return {"set_picture": ready - start, "prompt": time.perf_counter() - ready}

    def frame(self, objects: int) -> dict[str, float]:
        """See PeerProcess."""
        runtime, start = self.runtime, time.perf_counter()
        self._seconds = {}
        seen = self._timed("see", lambda: runtime.see(self._footage.levels[1]))
        recalled = self._timed("recall", lambda: runtime.recall(seen, self._recollections[:objects]))
        nothing = [NetworkPrompt()] * objects
        said = self._timed("decode", lambda: runtime.decode(recalled, nothing))
        logits = np.stack([_chosen(said, index) for index in range(objects)])
        self._timed("remember", lambda: runtime.remember(seen, logits, said.presence, [False] * objects))
        self._masks = logits
        return {"frame": time.perf_counter() - start, **self._seconds}

    def part(self, part: str) -> Callable[[], object]:
        """One of PARTS of a frame of one object, alone."""
        runtime, picture = self.runtime, self._footage.levels[1]
        seen = runtime.see(picture)
        recalled = runtime.recall(seen, self._recollections[:1])
        logits, present = self._masks[:1], np.ones(1, np.float32)
        return {
            "see": lambda: runtime.see(picture),
            "recall": lambda: runtime.recall(seen, self._recollections[:1]),
            "decode": lambda: runtime.decode(recalled, [NetworkPrompt()]),
            "remember": lambda: runtime.remember(seen, logits, present, [False]),
        }[part]

    def answers(self) -> dict[str, NDArray[np.float32]]:
        """See PeerProcess."""
        return {"click": self._clicked, "masks": self._masks}

    def _timed(self, part: str, call: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = call()
        self.runtime.wait()
        self._seconds[part] = time.perf_counter() - start
        return result


def _chosen(said: Decoded, index: int) -> NDArray[np.float32]:
    """The logits of a followed object's mask, h,w: the best candidate's, as the published code takes it."""
    logits = said.mask_logits[index, choose(said, index, ambiguous=True)]
    return logits if said.presence[index] > 0 else np.full_like(logits, ABSENT)
