from __future__ import annotations

from masklet.bench.peak import measure_peak


def test_a_peak_is_a_rate_that_processors_have() -> None:
    peak = measure_peak("float32", 1)
    assert peak is not None and 1e8 < peak < 1e14


def test_what_the_processor_does_not_compute_in_has_none() -> None:
    assert measure_peak("float16", 1) is None
