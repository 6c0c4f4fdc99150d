"""HOTA through `trackeval`: parts go through JSON, and what is missing is named."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from masklet.errors import InputError
from masklet.evaluate.hota import check_hota, combine_hota, hota_part
from masklet.evaluate.identity import Sighting

RIGHT = Sighting((1, 2), (1, 2), np.eye(2))
CROSSED = Sighting((1, 2), (1, 2), 1 - np.eye(2))


def test_all_right_is_one_and_crossed_halves_are_wrong_in_association_alone() -> None:
    pytest.importorskip("trackeval", reason="trackeval is not installed")
    whole = json.loads(json.dumps(hota_part([RIGHT] * 4)))
    found = combine_hota([whole])
    assert (found.hota, found.detection, found.association, found.location) == pytest.approx((1, 1, 1, 1))
    half = combine_hota([hota_part([RIGHT, RIGHT, CROSSED, CROSSED])])
    # Each match has 2 frames with its own number, 2 of the object with another and 2 of the number elsewhere.
    assert (half.detection, half.association) == pytest.approx((1, 1 / 3))
    assert half.hota == pytest.approx((1 / 3) ** 0.5)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trackeval.metrics", None)
    with pytest.raises(InputError, match=r"pip install 'masklet\[hota\]'"):
        check_hota()


def test_no_videos_are_no_zero() -> None:
    with pytest.raises(InputError, match="no videos"):
        combine_hota([])
