"""How near is near enough."""

from __future__ import annotations

import numpy as np
import pytest

from tests.peers.agreement import Agreement

HERE = np.zeros((32, 32), np.float32)


def apart(by: float, places: int) -> np.ndarray:
    there = HERE.copy()
    there.flat[:places] = by
    return there


def test_logits_may_differ_by_rounding_and_in_one_cell_by_more() -> None:
    agree = Agreement()
    agree.logits(HERE, apart(9e-5, 1024))
    agree.logits(HERE, apart(9e-4, 16))
    assert agree.largest["logits"] == pytest.approx(9e-5)
    assert agree.largest["logits where rounding is magnified"] == pytest.approx(9e-4)


@pytest.mark.parametrize(("by", "places"), [(2e-4, 32), (2e-3, 1)])
def test_not_in_more_places_nor_by_more(by: float, places: int) -> None:
    with pytest.raises(AssertionError, match="differ by"):
        Agreement().logits(HERE, apart(by, places))


def test_in_double_precision_there_is_no_such_cell() -> None:
    with pytest.raises(AssertionError, match="differ by"):
        Agreement({"logits": 1e-10, "scores": 1e-10}).logits(HERE, apart(1e-9, 1))
