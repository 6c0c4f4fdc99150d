"""HOTA (Luiten et al., IJCV 2021) through the library `trackeval`: detection and association of a whole set in one."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from masklet.errors import InputError
from masklet.evaluate.identity import Sighting

Part = Mapping[str, Any]
"""One video's counts as `trackeval` gives them, as JSON values."""


@dataclass(frozen=True)
class Hota:
    """Means over the thresholds 0.05, 0.1, … 0.95, fractions.

    hota: the whole. detection, association: DetA and AssA. location: LocA, the mean IoU of matches.
    """

    hota: float
    detection: float
    association: float
    location: float


def hota_part(frames: Sequence[Sighting]) -> Part:
    """One video's part. Raises InputError, naming the extra to install, without `trackeval`."""
    objects = {number: i for i, number in enumerate(sorted({n for one in frames for n in one.objects}))}
    guesses = {number: i for i, number in enumerate(sorted({n for one in frames for n in one.predicted}))}
    data = {
        "num_timesteps": len(frames),
        "num_gt_ids": len(objects),
        "num_tracker_ids": len(guesses),
        "num_gt_dets": sum(len(one.objects) for one in frames),
        "num_tracker_dets": sum(len(one.predicted) for one in frames),
        "gt_ids": [np.array([objects[n] for n in one.objects], int) for one in frames],
        "tracker_ids": [np.array([guesses[n] for n in one.predicted], int) for one in frames],
        "similarity_scores": [one.ious for one in frames],
    }
    found = _metric().eval_sequence(data)
    return {name: np.asarray(value, float).tolist() for name, value in found.items()}


def combine_hota(parts: Sequence[Part]) -> Hota:
    """The figures of all videos together. Raises InputError when there are none, or `trackeval` is not there."""
    if not parts:
        raise InputError("no videos to compute HOTA of")
    each = {str(i): {name: np.asarray(value) for name, value in part.items()} for i, part in enumerate(parts)}
    found = _metric().combine_sequences(each)
    return Hota(*(float(np.mean(found[name])) for name in ("HOTA", "DetA", "AssA", "LocA")))


def check_hota() -> None:
    """Raise InputError, naming the extra to install, when `trackeval` is not there."""
    _metric()


def _metric() -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it tells of formats whose libraries are missing
            from trackeval.metrics import HOTA
    except ImportError as error:
        raise InputError(f"HOTA needs the library trackeval ({error}): pip install 'masklet[hota]'") from None
    return HOTA()
