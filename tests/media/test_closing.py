"""Closed when the block ends, well or not."""

from __future__ import annotations

import pytest

from masklet.media.closing import Closing


class Door(Closing):
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_closed_once_and_what_was_raised_is_still_raised() -> None:
    with Door() as door:
        assert door.closed == 0
    assert door.closed == 1
    with pytest.raises(KeyError, match="own"), Door() as door:
        raise KeyError("own")
    assert door.closed == 1


def test_what_cannot_be_closed_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="close"):
        type("Hole", (Closing,), {})()
