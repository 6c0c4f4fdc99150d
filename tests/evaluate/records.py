"""Records with made-up figures, for tests of what reads records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from masklet.evaluate.record import FrameFigures, Item, Record


def item(sequence: str, number: int | str = 1, jf: float = 0.5, source: str = "", **more: Any) -> Item:
    figures = more.pop("figures", {"jf": jf, "j": jf, "f": jf})
    return Item(sequence, number, source, figures, **more)


def record(items: Sequence[Item], **changed: Any) -> Record:
    """A record whose headline is the mean of its items, unless it is given."""
    names = dict.fromkeys(name for one in items for name in one.figures)
    means = {name: float(np.mean([one.figures[name] for one in items if name in one.figures])) for name in names}
    told: dict[str, Any] = {
        "kind": "vos",
        "model": "nano",
        "data": "set",
        "protocol": {"given": "1 click"},
        "command": "masklet evaluate vos set",
        "version": "0.1.0",
        "machine": "one core",
        "seconds": 1.5,
        "figures": means,
        "items": tuple(items),
    }
    return Record(**told | changed)


def frames(js: Sequence[float], visible: Mapping[int, tuple[bool, bool]] | None = None) -> tuple[FrameFigures, ...]:
    """Frames of these J, F alike; visible: (truth, prediction) where not both are."""
    seen = visible or {}
    return tuple(FrameFigures(t, j, j, j, *seen.get(t, (True, True))) for t, j in enumerate(js))


def simulated(
    rng: np.random.Generator, sequences: int, gap: Mapping[str, float] | None = None, spread: float = 0.15
) -> tuple[list[Item], list[str]]:
    """Videos of 1 to 4 objects that share most of their difficulty; each video has a group, with this much more."""
    names = list(gap or {"a": 0.0, "b": 0.0})
    items, groups = [], []
    for k in range(sequences):
        group = names[k % len(names)]
        level = 0.6 + (gap or {}).get(group, 0.0) + spread * rng.standard_normal()
        for number in range(1, int(rng.integers(2, 6))):
            items.append(item(f"video{k}", number, float(level + 0.04 * rng.standard_normal())))
            groups.append(group)
    return items, groups
