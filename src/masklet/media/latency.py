"""Percentiles of times without number, in a bounded number of bins."""

from __future__ import annotations

import math

_LEAST, _GROWTH = 1e-5, 1.02  # seconds; each bin's upper edge is so many times its lower one
_BINS = 1_000  # up to an hour


class Latencies:
    """How long things took. Percentiles are right within 1 %, and memory stays the same for ever."""

    def __init__(self) -> None:
        """Knows of nothing yet."""
        self._counts = [0] * _BINS
        self.count = 0
        self.most = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        place = int(math.log(max(seconds, _LEAST) / _LEAST) / math.log(_GROWTH))
        self._counts[min(place, _BINS - 1)] += 1
        self.count += 1
        self.most = max(self.most, seconds)

    def percentile(self, share: float) -> float | None:
        """Seconds that `share` of the times (0 to 1) do not pass; None when there are none."""
        wanted, seen = share * self.count, 0
        for place, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(_LEAST * _GROWTH ** (place + 0.5), self.most)
        return None

    def summary(self) -> dict[str, float] | None:
        """p50, p95, p99 and the most, in seconds; None when there are none."""
        found = {name: self.percentile(share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
        if not self.count:
            return None
        return {**{name: round(value or 0.0, 5) for name, value in found.items()}, "most": round(self.most, 5)}
