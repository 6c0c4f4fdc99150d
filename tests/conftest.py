"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No test asserts a time, so no property test may fail for being slow on a busy machine either.
settings.register_profile("masklet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("masklet")
