"""What annotation costs, round by round: means over objects, worked out by hand."""

from __future__ import annotations

import pytest

from masklet.evaluate.effort import (
    effort_curves,
    effort_figures,
    rounds_as_json,
    rounds_from_json,
    savings,
    shared_quality,
    steps,
)
from masklet.evaluate.interactive import Effort, Round

QUICK = (Round(Effort(1, 3, 10.0), 0.8), Round(Effort(2, 6, 20.0), 0.9))


SLOW = (
    Round(Effort(1, 3, 12.0), 0.4),
    Round(Effort(2, 6, 24.0), 0.6),
    Round(Effort(3, 9, 36.0), 0.75),
    Round(Effort(4, 12, 48.0), 0.88),
)


def test_a_set_round_by_round() -> None:
    each = steps([QUICK, SLOW])
    # The quick object is done after two rounds and costs nothing more.
    assert [one.clicks for one in each] == [3, 6, 7.5, 9]
    assert [one.jf for one in each] == pytest.approx([0.6, 0.75, 0.825, 0.89])
    figures = effort_figures([QUICK, SLOW])
    assert figures["clicks_to_jf75"] == 6
    assert (figures["clicks_to_jf80"], figures["seconds_to_jf80"]) == (7.5, 28.0)
    assert "clicks_to_jf90" not in figures
    assert effort_curves([QUICK, SLOW])["jf over rounds"][1] == (2.0, pytest.approx(0.75))
    assert effort_figures([]) == {}


def test_how_many_interactions_less() -> None:
    full, baseline = effort_figures([QUICK]), effort_figures([SLOW])
    assert savings(full, baseline) == [
        "J&F 75: 3.0 clicks per object instead of 9.0: 3.0x fewer",
        "J&F 80: 3.0 clicks per object instead of 12.0: 4.0x fewer",
        "J&F 85: 6.0 clicks per object instead of 12.0: 2.0x fewer",
        "J&F 90: 6.0 clicks per object instead of more than 12.0: more than 2.0x fewer",
    ]
    assert savings(baseline, full)[0] == "J&F 75: 9.0 clicks per object instead of 3.0: 3.0x more"
    assert savings(full, full)[0] == "J&F 75: 3.0 clicks per object instead of 3.0: as many"


def test_the_best_quality_that_both_reach() -> None:
    found = shared_quality(effort_curves([QUICK]), effort_curves([SLOW]))
    assert found is not None
    # The slow one ends at 88; the quick one is there with its second round.
    assert (found.jf, found.full, found.baseline) == (0.88, (6.0, 20.0), (12.0, 48.0))
    assert str(found) == (
        "J&F 88.0, the best that both reach: 6.0 clicks and 20 s per object instead of 12.0 and 48 s: 2.0x fewer"
    )
    back = shared_quality(effort_curves([SLOW]), effort_curves([QUICK]))
    assert back is not None and str(back).endswith("instead of 6.0 and 20 s: 2.0x more")
    assert shared_quality(effort_curves([QUICK]), {}) is None


def test_rounds_go_through_json() -> None:
    assert rounds_from_json(rounds_as_json({3: SLOW})) == {3: SLOW}
