"""Where the chance in synthetic clips comes from: spaces that never meet, streams that do not disturb each other."""

from __future__ import annotations

from typing import Literal

import numpy as np

from masklet.data.augment import Rng
from masklet.errors import InputError

Space = Literal["training", "evaluation"]
Purpose = Literal["conditions", "thing", "background", "path", "schedule", "camera", "film", "frame"]

_SPACES: tuple[Space, ...] = ("training", "evaluation")
_PURPOSES: tuple[Purpose, ...] = (
    "conditions",
    "thing",
    "background",
    "path",
    "schedule",
    "camera",
    "film",
    "frame",
)
MOST = 2**32 - 1
"""The greatest seed, and the greatest number of a clip."""


def check_seed(seed: int) -> int:
    """The seed. Raises InputError when it is none."""
    if not 0 <= seed <= MOST:
        raise InputError(f"a seed is a whole number from 0 to {MOST}, not {seed}")
    return seed


def key(space: Space, seed: int, index: int, purpose: Purpose, number: int = 0) -> tuple[int, ...]:
    """What a stream is made from: five words of 32 bits, different for all that differs, the space foremost.

    Raises InputError for a seed or a number that is out of range.
    """
    for value in (seed, index, number):
        check_seed(value)
    return (1 + _SPACES.index(space), 1 + _PURPOSES.index(purpose), seed, index, number)


def stream(space: Space, seed: int, index: int, purpose: Purpose, number: int = 0) -> Rng:
    """Chance for one purpose of one clip. What is drawn for one thing does not depend on what is drawn for others."""
    words = key(space, seed, index, purpose, number)
    # As a spawn key the words stand behind the (empty, padded) entropy: no other seeding of NumPy's without one,
    # such as that of the other training samples, can come to the same.
    return np.random.default_rng(np.random.SeedSequence(0, spawn_key=words))
