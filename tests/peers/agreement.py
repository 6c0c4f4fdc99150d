"""How near masklet's answers are to another implementation's, and where the largest differences are written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

LOGITS, SCORES = 1e-4, 1e-5  # what masks' logits, and predicted IoU and presence (0 to 1), may differ by
# that much in so few places: a cell of features whose channels hardly differ, normalised
MAGNIFIED, PLACES = 1e-3, 1 / 50
TIED = 0.05  # logits after a memory with a pixel that rounding alone put on this or that side of an outline


@dataclass
class Agreement:
    """Keeps the largest differences; each comparison fails as soon as one is too large."""

    bounds: dict[str, float] = field(default_factory=lambda: {"logits": LOGITS, "scores": SCORES})
    largest: dict[str, float] = field(default_factory=dict)
    compared: int = 0

    def logits(self, mine: ArrayLike, theirs: ArrayLike, where: object = "", *, tied: bool = False) -> None:
        """Masks' logits. tied: they come from a memory that rounding decided about (`TIED`)."""
        bound = self.bounds["logits"]
        if bound == LOGITS and not tied:
            apart = np.abs(np.asarray(mine, np.float64) - np.asarray(theirs, np.float64))
            if 0 < (apart > LOGITS).mean() <= PLACES:
                self._take("logits where rounding is magnified", mine, theirs, where, MAGNIFIED)
                return
        self._take("logits after a tie" if tied else "logits", mine, theirs, where, max(bound, TIED) if tied else bound)

    def scores(self, mine: ArrayLike, theirs: ArrayLike, where: object = "") -> None:
        """Predicted IoU, or the probability of presence."""
        self._take("scores", mine, theirs, where, self.bounds["scores"])

    def tell(self, record: Callable[[str, object], None]) -> None:
        """Hand the largest differences to the report."""
        for kind, value in self.largest.items():
            record(kind, value)

    def _take(self, kind: str, mine: ArrayLike, theirs: ArrayLike, where: object, bound: float) -> None:
        first, second = np.asarray(mine, np.float64), np.asarray(theirs, np.float64)
        assert first.shape == second.shape, where
        difference = float(np.abs(first - second).max())
        self.compared += 1
        self.largest[kind] = max(self.largest.get(kind, 0.0), difference)
        assert difference <= bound, f"{kind} differ by {difference:.2g} {where}"


def presence(logit: float) -> float:
    """The probability that a logit stands for."""
    return float(1 / (1 + np.exp(-np.clip(logit, -60, 60))))
