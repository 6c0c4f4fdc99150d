"""Which frames are worth a look: where the model doubts what it shows."""

from __future__ import annotations

from collections.abc import Mapping

from masklet.app.history import Shown


def doubt(shown: Shown) -> float:
    """0 (sure) to 1: how little the mask's predicted IoU promises, or how undecided the object's presence is."""
    undecided = 1 - abs(2 * shown.presence - 1)
    poor = (1 - min(1.0, max(0.0, shown.score))) * shown.presence
    return max(undecided, poor)


def look_here(frames: Mapping[int, Shown], count: int, *, apart: int = 8, least: float = 0.25) -> list[int]:
    """The most doubtful frames, the worst first: at most `count`, at least `apart` frames from each other and from
    every prompted frame, none with less doubt than `least`.
    """
    taken = [frame for frame, shown in frames.items() if shown.step == 0]
    doubts = {frame: doubt(shown) for frame, shown in frames.items() if shown.step != 0}
    found: list[int] = []
    for frame in sorted(doubts, key=lambda one: -doubts[one]):
        if len(found) == count or doubts[frame] < least:
            break
        if all(abs(frame - other) >= apart for other in (*taken, *found)):
            found.append(frame)
    return found
