"""The smallest network that follows drawn objects: one is where its colour is. It costs a millisecond, so that what a
measurement shows is everything around the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.runtime.protocol import Decoded, NetworkPrompt, Recollection, RuntimeFacts, RuntimeSpec

SIDE = 128  # of the square it sees, and of its masks
NEAR = 40.0  # colours nearer than this are one


class ColourRuntime:
    """A `Runtime`: features are the picture made small, memories and pointers are colours."""

    spec = RuntimeSpec("colours", SIDE, SIDE, candidates=3, recent_memories=6, pointers=16)
    facts = RuntimeFacts("colours", "cpu", "float32", 1, 0)

    def wait(self) -> None:
        """Nothing runs elsewhere."""

    def see(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The picture on the square."""
        return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)

    def recall(self, features: Any, recollections: Sequence[Recollection]) -> tuple[Any, list[Any]]:
        """The picture, and each object's colour: that of its latest memory."""
        return features, [one.memories[0][1] if one.memories else None for one in recollections]

    def decode(self, recalled: tuple[Any, list[Any]], prompts: Sequence[NetworkPrompt]) -> Decoded:
        """The pixels of the colour that was clicked on, or is remembered."""
        pixels, known = recalled
        known = known * len(prompts) if len(known) == 1 else known
        colours = [self._colour(pixels, prompt, one) for prompt, one in zip(prompts, known, strict=True)]
        logits = np.stack([8 - 16 * (np.linalg.norm(pixels - colour, axis=2) > NEAR) for colour in colours])
        presence = np.where((logits > 0).any(axis=(1, 2)), 8, -8)
        return Decoded(
            np.repeat(logits[:, None], 4, axis=1).astype(np.float32),
            np.full((len(prompts), 4), 0.9, np.float32),
            presence.astype(np.float32),
            np.repeat(np.array(colours, np.float32)[:, None], 4, axis=1),
        )

    def remember(self, features: Any, mask_logits: Any, presence: Any, prompted: Sequence[bool]) -> list[Any]:
        """Each object's mean colour."""
        small = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA) > 0 for one in mask_logits]
        return [features[inside].mean(axis=0) if inside.any() else np.full(3, -1e3) for inside in small]

    def _colour(self, pixels: Any, prompt: NetworkPrompt, known: Any) -> Any:
        if not len(prompt.points):
            return known if known is not None else np.full(3, -1e3)
        x, y = np.clip(prompt.points.mean(axis=0), 0, SIDE - 1).astype(int)
        return pixels[y, x]
