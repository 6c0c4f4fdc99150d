"""Objects of two records as points."""

from __future__ import annotations

import pytest

from masklet.evaluate.pages.scatter import MOST, scatter
from tests.evaluate.pages.test_charts import label_of


def test_points_of_a_scatter_lie_on_their_side_of_the_diagonal() -> None:
    chart = scatter("Told", [("up", 0.2, 0.9), ("down", 0.9, 0.2), ("same", 0.5, 0.5)], "a", "b")
    up, down, same = ((float(str(c.get("cx"))), float(str(c.get("cy")))) for c in chart.iter("circle"))
    assert up[0] < same[0] < down[0]
    assert up[1] < same[1] < down[1]
    assert same[0] - up[0] == pytest.approx(0.3 * 310, abs=1)
    assert "3 objects: 1 are higher in b, 1 are higher in a" in label_of(chart)


def test_many_points_are_told_and_some_are_drawn() -> None:
    chart = scatter("Told", [(str(k), 0.5, 0.6) for k in range(MOST + 5)], "a", "b")
    assert len(list(chart.iter("circle"))) == MOST
    assert f"{MOST + 5} objects: {MOST + 5} are higher in b" in label_of(chart)
