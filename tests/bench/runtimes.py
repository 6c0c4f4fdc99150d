"""Runtimes for this room's tests: one that follows videos, one that knows pictures alone."""

from __future__ import annotations

from dataclasses import replace

from masklet.bench.contestant import Contestant
from masklet.runtime.protocol import RuntimeSpec
from tests.session.fake_runtime import FakeRuntime


class PictureRuntime(FakeRuntime):
    """As SAM: nothing is remembered, so nothing but nothing may be recalled."""

    @property
    def spec(self) -> RuntimeSpec:
        return replace(super().spec, name="pictures", recent_memories=0, pointers=0)

    def recall(self, features, recollections):
        assert all(not one.memories and not one.pointers for one in recollections)
        return super().recall(features, recollections)

    def remember(self, features, mask_logits, presence, prompted):
        raise AssertionError("it has no memory")


def contestants() -> tuple[Contestant, Contestant]:
    """One that follows videos, and one that does not."""
    return Contestant("films", FakeRuntime(), 9_600_000), Contestant("pictures", PictureRuntime(), 2_500_000_000)
