"""How sure a figure is: confidence intervals over sequences, and of the difference of two models.

The frames of a sequence, and the objects in it, are alike; a set of 6 videos with 500 frames is a sample of 6, not of
3,000. So whole sequences (videos, or pictures) are drawn anew, with all their objects (the cluster bootstrap: Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993; Field and Welsh, "Bootstrapping clustered data", 2007).
Percentile intervals are too narrow for few sequences; they are widened as Hesterberg has it ("What Teachers Should
Know About the Bootstrap", 2015, section 4.3: the expanded percentile interval). Everything is seeded.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masklet.errors import InputError
from masklet.evaluate.record import Item, Record

DRAWS = 10_000
LEVEL = 0.95
FEW = 5
"""Below so many sequences an interval promises more than it keeps, and is marked wherever it is shown."""

_AT_ONCE = 1_000_000  # numbers per block of draws, so that large sets take little memory

Means = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean over objects with its confidence interval over sequences.

    low, high: None when there are fewer than 2 sequences, which say nothing of others. level: 0.95 for 95 %.
    """

    value: float
    low: float | None
    high: float | None
    level: float
    sequences: int
    items: int

    @property
    def few(self) -> bool:
        """Whether the sequences are too few for the interval to be taken at its word."""
        return self.sequences < FEW


def interval(
    values: Sequence[float],
    sequences: Sequence[Hashable],
    *,
    strata: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean of objects' values, and its interval over the sequences they lie in.

    values, sequences: one per object. strata: one per object, say its source; the figure is then the mean of the
    strata's means, and sequences are drawn anew inside each. Raises InputError when there are no values.
    """
    if not len(values):
        raise InputError("no objects to average")
    parts = _parts(sequences, strata)
    array = np.asarray(values, np.float64)
    value = float(np.mean([array[part].mean() for part in parts]))
    clusters = sum(len(set(_taken(sequences, part))) for part in parts)
    if clusters - len(parts) < 1:
        return Interval(value, None, None, level, clusters, len(array))
    rng = np.random.default_rng(seed)
    drawn = np.zeros(draws)
    for part in parts:
        sums, counts = cluster_sums(array[part, None], _taken(sequences, part))
        drawn += resampled(sums, counts, draws, rng)[:, 0] / len(parts)
    low, high = ends(drawn, level, clusters, clusters - len(parts))
    return Interval(value, low, high, level, clusters, len(array))


def figure_interval(record: Record, name: str, *, level: float = LEVEL, draws: int = DRAWS) -> Interval | None:
    """A headline figure of a record with its interval over sequences.

    It is given for figures that are means of the items' figures of the same name, over objects or ("iou_sources@1" of
    "iou@1") over sources, or ("jf@exits" of "jf") over the objects of one source; None for others (a sum, a figure of
    the whole set), whose interval the items do not tell.
    """
    headline, own = record.figures.get(name), name.replace("_sources", "")
    items = items_with(record, own)
    if not items:
        own, _, source = name.partition("@")
        items = [one for one in items_with(record, own) if one.source == source]
    if headline is None or not items:
        return None
    values, sequences = [one.figures[own] for one in items], [sequence_of(one) for one in items]
    sources = [one.source for one in items]
    if math.isclose(float(np.mean(values)), headline, abs_tol=1e-9):
        return interval(values, sequences, level=level, draws=draws)
    over_sources = interval(values, sequences, strata=sources, level=level, draws=draws)
    return over_sources if math.isclose(over_sources.value, headline, abs_tol=1e-9) else None


def items_with(record: Record, name: str) -> list[Item]:
    """The record's items that have a figure of this name."""
    return [one for one in record.items if name in one.figures]


def sequence_of(item: Item) -> tuple[str, str]:
    """What is drawn as one: the source and the sequence, since two sources may use one name."""
    return item.source, item.sequence


def cluster_sums(values: Means, clusters: Sequence[Hashable]) -> tuple[Means, Means]:
    """Sums and counts per cluster: values is NxK with NaN where object n has no part in column k; gives two CxK."""
    numbers: dict[Hashable, int] = {}
    which = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters])
    there = ~np.isnan(values)
    sums, counts = np.zeros((len(numbers), values.shape[1])), np.zeros((len(numbers), values.shape[1]))
    np.add.at(sums, which, np.where(there, values, 0.0))
    np.add.at(counts, which, there)
    return sums, counts


def resampled(sums: Means, counts: Means, draws: int, rng: np.random.Generator) -> Means:
    """The K means of each of `draws` sets of clusters drawn anew, DxK; NaN where a draw has nothing of a column."""
    clusters = len(sums)
    found = []
    for start in range(0, draws, step := max(1, _AT_ONCE // clusters)):
        size = min(step, draws - start)
        times = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=size).astype(np.float64)
        with np.errstate(invalid="ignore"):
            found.append((times @ sums) / (times @ counts))
    return np.concatenate(found)


def ends(drawn: Means, level: float, clusters: int, free: int) -> tuple[float, float]:
    """The interval's ends: expanded percentiles of the draws. free: clusters less the number of strata, at least 1."""
    from scipy import stats

    spread = math.sqrt(clusters / free) * stats.t.ppf(0.5 + level / 2, free)
    outside = 100 * float(stats.norm.cdf(-spread))
    low, high = np.nanpercentile(drawn, [outside, 100 - outside])
    return float(low), float(high)


def _parts(sequences: Sequence[Hashable], strata: Sequence[Hashable] | None) -> list[NDArray[np.intp]]:
    if strata is None:
        return [np.arange(len(sequences))]
    places: dict[Hashable, list[int]] = {}
    for i, stratum in enumerate(strata):
        places.setdefault(stratum, []).append(i)
    return [np.array(part) for part in places.values()]


def _taken(sequences: Sequence[Hashable], part: NDArray[np.intp]) -> list[Hashable]:
    return [sequences[i] for i in part]
