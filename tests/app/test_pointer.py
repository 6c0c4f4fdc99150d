"""A frame is embedded once, ahead where that is asked for, and few are kept."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.app.pointer import Pointer
from masklet.app.turns import Turns
from masklet.errors import PromptError
from masklet.net import Net
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime


def picture(frame: int) -> np.ndarray:
    if frame > 9:
        raise PromptError("the video has no such frame")
    return drawn.draw(frame)


def test_a_frame_seen_ahead_is_not_embedded_again_and_few_are_kept() -> None:
    runtime = FakeRuntime()
    pointer = Pointer(Net(runtime), picture, Turns(), "p")
    for _ in range(2):
        pointer.see(3)
    assert runtime.calls.see == 1
    for _ in range(3):
        answer = pointer.hover(3, *drawn.disc(3))
        assert answer.mask.shape == (drawn.HEIGHT, drawn.WIDTH)
        x, y = map(round, drawn.disc(3))
        assert answer.mask[y, x]
    assert runtime.calls.see == 1
    pointer.hover(4, *drawn.disc(4))
    pointer.hover(3, *drawn.disc(3))
    assert runtime.calls.see == 2
    pointer.see(5)  # frame 4 was used longest ago
    pointer.hover(3, *drawn.disc(3))
    assert runtime.calls.see == 3
    pointer.hover(4, *drawn.disc(4))
    assert runtime.calls.see == 4


def test_previews_take_no_closer_looks() -> None:
    runtime = FakeRuntime()
    Pointer(Net(runtime, fine=True), picture, Turns(), "p").hover(3, *drawn.disc(3))
    assert runtime.calls.see == 1


def test_what_is_no_frame_or_no_place_is_refused() -> None:
    pointer = Pointer(Net(FakeRuntime()), picture, Turns(), "p")
    for ask in (lambda: pointer.see(10), lambda: pointer.hover(10, 1, 1), lambda: pointer.hover(0, 1e5, 1)):
        with pytest.raises(PromptError):
            ask()
