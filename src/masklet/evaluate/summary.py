"""From objects to headline figures: means over objects, and YouTube-VOS's G over seen and unseen categories."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from masklet.data.sets.youtube_vos import find_meta
from masklet.errors import InputError
from masklet.evaluate.record import Item

DESCRIBING = frozenset({"area", "size"})
"""What an object is like, not how well it was found: pixels, and its mean part of the picture where it is visible."""

SUMMED = frozenset({"id_switches"})
"""Figures that are counts of a whole set."""


def over_objects(items: Sequence[Item]) -> dict[str, float]:
    """The mean of every figure that all objects have, each object counted once (DAVIS, SA-V, MOSE); sums of counts.

    Empty when there are no objects.
    """
    names = [name for name in (items[0].figures if items else ()) if all(name in one.figures for one in items)]
    names = [name for name in names if name not in DESCRIBING]
    return {name: _together(name, [one.figures[name] for one in items]) for name in names}


def over_sources(items: Sequence[Item], name: str) -> float:
    """The mean of the sources' means, so that a source with many objects does not outweigh the others."""
    return float(np.mean([np.mean([one.figures[name] for one in of]) for of in by_source(items).values()]))


def by_source(items: Sequence[Item]) -> Mapping[str, list[Item]]:
    """The objects of each source, sources in alphabetical order."""
    sources: dict[str, list[Item]] = {}
    for one in sorted(items, key=lambda one: one.source):
        sources.setdefault(one.source, []).append(one)
    return sources


def by_sequence(items: Sequence[Item]) -> Mapping[str, list[Item]]:
    """The objects of each video, in the order in which they come."""
    sequences: dict[str, list[Item]] = {}
    for one in items:
        sequences.setdefault(one.sequence, []).append(one)
    return sequences


def youtube_vos_g(items: Sequence[Item], seen: Callable[[Item], bool]) -> dict[str, float]:
    """YouTube-VOS's five figures (Xu et al., 2018): J and F over objects of seen and of unseen categories, and G, the
    mean of the four. seen: whether an object's category occurs in the training set.

    Raises InputError when either kind has no object, since G is then undefined.
    """
    figures: dict[str, float] = {}
    for kind, wanted in (("seen", True), ("unseen", False)):
        of = [one for one in items if seen(one) is wanted]
        if not of:
            raise InputError(
                f"there is no object of {kind} categories, so G has no value; check the training set named"
            )
        figures[f"j_{kind}"] = float(np.mean([one.figures["j"] for one in of]))
        figures[f"f_{kind}"] = float(np.mean([one.figures["f"] for one in of]))
    return {"g": float(np.mean(list(figures.values()))), **figures}


def seen_categories(path: Path) -> frozenset[str]:
    """The categories of a training set in YouTube-VOS's form. path: its JSON, or the folder it lies in.

    Raises InputError when there is none.
    """
    file = path
    if path.is_dir():
        found = find_meta(path)
        if found is None:
            raise InputError(f"{path}: no set with a JSON of categories here; give the training set's meta.json")
        file = found[0]
    try:
        videos = json.loads(file.read_text(encoding="utf-8"))["videos"]
        names = {one["category"] for video in videos.values() for one in video["objects"].values()}
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}; give the training set's meta.json") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file}: no JSON of a training set's categories ({type(error).__name__} {error})") from None
    return frozenset(map(str, names))


def _together(name: str, values: Sequence[float]) -> float:
    return float(np.sum(values)) if name in SUMMED else float(np.mean(values))
