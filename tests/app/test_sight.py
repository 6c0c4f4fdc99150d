"""Seen once, and still what the inner runtime saw."""

from __future__ import annotations

import numpy as np

from masklet.app.sight import SharedSight
from masklet.net import Net
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime


def test_a_picture_is_embedded_once_for_preview_prompt_and_tracking() -> None:
    inner = FakeRuntime()
    net = Net(SharedSight(inner))
    clip = drawn.clip(4)
    net.open_image(clip[0]).segment(points=[drawn.disc(0)])
    video = net.open_video(clip)
    mask = video.prompt("red", frame=0, points=[drawn.disc(0)]).mask
    assert inner.calls.see == 1
    tracked = [frame["red"].mask for frame in video.track()]
    assert inner.calls.see == 4
    plain = Net(FakeRuntime()).open_video(clip)
    assert np.array_equal(plain.prompt("red", frame=0, points=[drawn.disc(0)]).mask, mask)
    assert all(np.array_equal(frame["red"].mask, ours) for frame, ours in zip(plain.track(), tracked, strict=True))


def test_few_pictures_are_kept_and_no_other_is_taken_for_one() -> None:
    inner = FakeRuntime()
    shared = SharedSight(inner, kept=2)
    first, second, third = drawn.clip(3)
    assert shared.see(first) is shared.see(first.copy())
    turned = np.ascontiguousarray(first.reshape(drawn.WIDTH, drawn.HEIGHT, 3))  # the same bytes in another shape
    assert shared.see(turned) is not shared.see(first)
    for picture in (second, third):
        shared.see(picture)
    assert inner.calls.see == 4
    shared.see(first)
    assert inner.calls.see == 5
