"""Percentiles from bins: near the exact ones, whatever the times are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from masklet.media.latency import Latencies


@given(st.lists(st.floats(1e-4, 1e3), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_right_within_a_percent(times: list[float], share: float) -> None:
    meter = Latencies()
    for seconds in times:
        meter.add(seconds)
    exact = float(np.quantile(times, share, method="inverted_cdf"))
    found = meter.percentile(share)
    assert found is not None and abs(found - exact) <= 0.011 * exact
    assert meter.count == len(times) and meter.most == max(times)


def test_nothing_and_extremes() -> None:
    meter = Latencies()
    assert meter.percentile(0.5) is None and meter.summary() is None
    for seconds in (0.0, 1e9):
        meter.add(seconds)
    summary = meter.summary()
    assert summary is not None and summary["most"] == 1e9 and summary["p50"] < 1e-4


def test_the_summary_names_its_percentiles() -> None:
    meter = Latencies()
    for millisecond in range(1, 101):
        meter.add(millisecond / 1000)
    summary = meter.summary()
    assert summary is not None and list(summary) == ["p50", "p95", "p99", "most"]
    assert abs(summary["p50"] - 0.05) < 0.001 and abs(summary["p99"] - 0.099) < 0.001 and summary["most"] == 0.1
