"""One call for all that have the same structure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_groups(
    items: Sequence[T], key: Callable[[T], Hashable], call: Callable[[Sequence[T], Sequence[int]], Sequence[R]]
) -> list[R]:
    """`call(items of a group, their indices)` for each group of equal keys; the answers in the order of the items."""
    groups: dict[Hashable, list[int]] = {}
    for n, item in enumerate(items):
        groups.setdefault(key(item), []).append(n)
    out: dict[int, R] = {}
    for index in groups.values():
        out.update(zip(index, call([items[n] for n in index], index), strict=True))
    return [out[n] for n in range(len(items))]
