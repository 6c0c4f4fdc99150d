"""Which frames are worth a look: where the model doubts what it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def doubt(score: float, presence: float) -> float:
    """0 (sure) to 1: how little the mask's predicted IoU promises, or how undecided the object's presence is."""
    undecided = 1 - abs(2 * presence - 1)
    poor = (1 - min(1.0, max(0.0, score))) * presence
    return max(undecided, poor)


def look_here(
    judged: Mapping[int, tuple[float, float]],
    prompted: Collection[int],
    count: int,
    *,
    apart: int = 8,
    least: float = 0.25,
) -> list[int]:
    """The most doubtful of an object's frames, the worst first: at most `count`, at least `apart` frames from each
    other and from every prompted frame, none with less doubt than `least`. judged: frame -> its score and presence.
    """
    doubts = {frame: doubt(*one) for frame, one in judged.items() if frame not in prompted}
    found: list[int] = []
    for frame in sorted(doubts, key=lambda one: -doubts[one]):
        if len(found) == count or doubts[frame] < least:
            break
        if all(abs(frame - other) >= apart for other in (*prompted, *found)):
            found.append(frame)
    return found
