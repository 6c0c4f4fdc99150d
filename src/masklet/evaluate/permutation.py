"""Whether the gap between groups is more than chance: a permutation test at the level of sequences.

If an attribute has nothing to do with the figures, any other assignment of it to the sequences could as well have been
seen. So it is dealt out anew many times, and p is the share of the deals (with the one that was seen) whose largest gap
is at least as wide (Good, "Permutation, Parametric and Bootstrap Tests of Hypotheses", 2005).

The objects of a sequence are alike, so an attribute is never dealt out object by object over the whole set. Where it is
one for each sequence, it is dealt out among sequences. Where sequences have objects of several groups, it is dealt out
among the objects inside each of these, and among the others between those of as many objects.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import exp, lgamma

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Labels = NDArray[np.intp]

_AT_ONCE = 500_000  # labels per block of deals, so that large sets take little memory


def largest_gap(values: Values, groups: Labels, count: int) -> tuple[int, int, float]:
    """(best group, worst group, difference of their means) of the values' groups 0…count-1, each with a value."""
    means = np.array([values[groups == group].mean() for group in range(count)])
    best, worst = int(means.argmax()), int(means.argmin())
    return best, worst, float(means[best] - means[worst])


def gap_chance(
    values: Values, groups: Labels, sequences: Sequence[Hashable], *, draws: int, rng: np.random.Generator
) -> float:
    """p of the largest gap between groups' means: how often chance gives one at least as wide.

    values, groups, sequences: one per object; groups are 0…G-1. draws: deals beside the one seen.
    """
    count = int(groups.max()) + 1
    seen = largest_gap(values, groups, count)[2]
    wider, blocks = 0, _blocks(groups, sequences)
    for start in range(0, draws, step := max(1, _AT_ONCE // len(values))):
        dealt = _dealt(groups, blocks, min(step, draws - start), rng)
        means = np.full((count, len(dealt)), np.nan)
        for group in range(count):
            there = (dealt == group).astype(np.float64)
            with np.errstate(invalid="ignore"):
                means[group] = (there @ values) / there.sum(axis=1)
        # A sum in another order differs in its last digits; equal gaps must count as equal.
        wider += int((np.nanmax(means, axis=0) - np.nanmin(means, axis=0) >= seen - 1e-12).sum())
    return (1 + wider) / (1 + draws)


def room(groups: Labels, sequences: Sequence[Hashable]) -> tuple[float, float]:
    """(least p that any gap could have, share of objects that keep their group in every deal).

    Where sequences hold objects of several groups, few others may be of one size: these are dealt out among one
    another hardly or not at all, and whatever gap lies in them, p stays near 1.
    """
    ways, held = 0.0, 0  # of the number of deals the logarithm, since it may have thousands of digits
    for units in _blocks(groups, sequences):
        counts = np.unique([groups[unit[0]] for unit in units], return_counts=True)[1].tolist()
        ways += lgamma(len(units) + 1) - sum(lgamma(count + 1) for count in counts)
        held += sum(len(unit) for unit in units) if len(counts) == 1 else 0
    return exp(-ways), held / len(groups)


def _blocks(groups: Labels, sequences: Sequence[Hashable]) -> list[list[Labels]]:
    """What is dealt among one another: lists of units, each the places of objects that move together."""
    places: dict[Hashable, list[int]] = {}
    for i, sequence in enumerate(sequences):
        places.setdefault(sequence, []).append(i)
    units = [np.array(each) for each in places.values()]
    mixed = [unit for unit in units if len(np.unique(groups[unit])) > 1]
    if not mixed:
        return [units]
    blocks = [[np.array([i]) for i in unit] for unit in mixed]
    by_size: dict[int, list[Labels]] = {}
    for unit in units:
        if len(np.unique(groups[unit])) == 1:
            by_size.setdefault(len(unit), []).append(unit)
    return blocks + list(by_size.values())


def _dealt(groups: Labels, blocks: Sequence[Sequence[Labels]], deals: int, rng: np.random.Generator) -> Labels:
    """DxN labels, each row dealt out anew."""
    dealt = np.empty((deals, len(groups)), np.intp)
    for units in blocks:
        own = np.array([groups[unit[0]] for unit in units])
        shuffled = rng.permuted(np.tile(own, (deals, 1)), axis=1)
        where = np.concatenate(list(units))
        dealt[:, where] = np.repeat(shuffled, [len(unit) for unit in units], axis=1)
    return dealt
