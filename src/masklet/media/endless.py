"""What a video writer must know of a stream that has no end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from masklet.media.closing import Closing
from masklet.values import Picture


class _SteadyTimes:
    """Times of frames without end, one every 1/fps seconds, for a writer that looks them up by index."""

    def __init__(self, fps: float) -> None:
        self._fps = fps

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, index: int) -> float:
        return index / self._fps


@dataclass
class SteadySource(Closing):
    """What a video writer must know of a stream: a FrameSource without frames of its own, at a steady rate."""

    name: str
    size: tuple[int, int]
    fps: float
    sound: None = None
    broken_at: None = None
    warning: None = None

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame is shown, in seconds; looked up only by index."""
        return _SteadyTimes(self.fps)  # type: ignore[return-value]

    @property
    def time_base(self) -> Fraction:
        """Fine enough for any rate."""
        return Fraction(1, 90_000)

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, index: int) -> Picture:
        raise IndexError("a stream's pictures cannot be had again")

    def __iter__(self) -> Iterator[Picture]:
        return iter(())

    def close(self) -> None:
        """Nothing is held."""
