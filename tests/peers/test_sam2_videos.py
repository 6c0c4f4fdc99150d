"""SAM 2 and 2.1 give what the published predictor gives with the same weights: objects followed through videos, forward
and backward, further than memories and pointers reach, and with every kind of prompt.

Quick networks run at 128 pixels; the sizes as published are slow and run by `make test-peers`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.session.video import VideoSession

pytest.importorskip("sam2", reason="the published SAM 2 code is not installed")
from tests.peers.agreement import Agreement
from tests.peers.sam2_family import (
    PublishedVideo,
    build,
    compare,
    in_double,
    moving,
    reads_png,
    runtime,
    without_rounding,
)

TINY, SIDE = "sam2.1-tiny", 128
PUBLISHED = [f"{release}-{size}" for size in ("tiny", "small", "base+") for release in ("sam2.1", "sam2")]
CLICK: dict[str, Any] = {"points": [(60.0, 70.0)]}
CLICKS: dict[str, Any] = {"points": [(60.0, 70.0), (150.0, 40.0)], "labels": [1, 0]}
BOX: dict[str, Any] = {"box": (100.0, 30.0, 180.0, 110.0)}


def stripe() -> dict[str, Any]:
    """A mask whose edges fall between the network's pixels."""
    mask = np.zeros((150, 210), bool)
    mask[41:93, 67:] = True
    return {"mask": mask}


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    without_rounding(monkeypatch)
    reads_png(monkeypatch)


class Pair:
    """The same words to both."""

    def __init__(self, name: str, side: int, frames: int, folder: Path, agree: Agreement):
        # drawn weights would lose every object, or none: presence is set so that it goes both ways
        presence, spread = {("sam2-tiny", SIDE): (18.2, 20.0), (TINY, SIDE): (-2.0, 20.0)}.get((name, side), (2.0, 1.0))
        peer = build(name, side, video=True, presence=presence, spread=spread)
        pictures = moving(frames)
        self.agree = agree
        self.published = PublishedVideo(peer, pictures, folder)
        self.video = VideoSession(runtime(name, side, peer), pictures)

    def prompt(self, name: str, frame: int, **said: Any) -> None:
        self.published.prompt(name, frame, **said)
        self.video.prompt(name, frame=frame, **said)
        self.compare()

    def track(self, start: int, *, reverse: bool = False) -> dict[tuple[str, int], bool]:
        self.published.track(start, reverse)
        for _ in self.video.track(start=start, reverse=reverse):
            pass
        return self.compare()

    def compare(self) -> dict[tuple[str, int], bool]:
        return compare(self.video, self.published, self.agree)


@pytest.fixture
def pair(exact: None, tmp_path: Path, agree: Agreement) -> Pair:
    return Pair(TINY, SIDE, 10, tmp_path, agree)


CASES = [
    pytest.param(TINY, SIDE, 20, False, id="sam2.1-tiny-128"),
    pytest.param(TINY, SIDE, 20, True, id="sam2.1-tiny-128-backward"),
    pytest.param("sam2.1-small", SIDE, 6, False, id="sam2.1-small-128"),
    pytest.param("sam2-tiny", SIDE, 20, False, id="sam2-tiny-128"),
    pytest.param("sam2-tiny", SIDE, 20, True, id="sam2-tiny-128-backward"),
]
CASES += [pytest.param(name, 1024, 3, False, id=f"{name}-1024", marks=pytest.mark.slow) for name in PUBLISHED]
CASES += [pytest.param("sam2.1-large", 1024, 2, False, id="sam2.1-large-1024", marks=pytest.mark.slow)]
CASES += [pytest.param("sam2-large", 1024, 2, False, id="sam2-large-1024", marks=pytest.mark.slow)]


@pytest.mark.parametrize(("name", "side", "frames", "reverse"), CASES)
def test_objects_followed_through_a_video(
    name: str, side: int, frames: int, reverse: bool, exact: None, tmp_path: Path, agree: Agreement
) -> None:
    pair = Pair(name, side, frames, tmp_path, agree)
    start = frames - 1 if reverse else 0
    pair.prompt("1", start, **CLICK)
    pair.prompt("2", start, **BOX)
    there = pair.track(start, reverse=reverse)
    assert len(there) == 2 * frames
    assert any(there.values())
    assert frames < 20 or not all(there.values())


def test_in_double_precision_nothing_is_left_but_last_bits(exact: None, tmp_path: Path, agree: Agreement) -> None:
    """So that what single precision leaves is rounding."""
    agree.bounds = {"logits": 1e-10, "scores": 1e-10}
    with in_double():
        pair = Pair("sam2.1-small", SIDE, 6, tmp_path, agree)
        pair.prompt("1", 0, **CLICK)
        pair.prompt("2", 0, **BOX)
        pair.prompt("3", 0, **stripe())
        assert len(pair.track(0)) == 18


def test_memories_as_published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, agree: Agreement) -> None:
    """Rounded to bfloat16 on both sides, where a last bit may fall this way or that."""
    reads_png(monkeypatch)
    agree.bounds = {"logits": 0.05, "scores": 5e-3}
    pair = Pair(TINY, SIDE, 10, tmp_path, agree)
    pair.prompt("1", 0, **CLICK)
    pair.prompt("2", 0, **stripe())
    pair.track(0)


def test_every_kind_of_prompt(pair: Pair) -> None:
    for name, said in {"clicks": CLICKS, "box": BOX, "mask": stripe(), "both": {**BOX, **CLICKS}}.items():
        pair.prompt(name, 2, **said)
    pair.track(2)


def test_prompts_that_follow_one_another_on_a_frame(pair: Pair) -> None:
    pair.prompt("dog", 0, **CLICK)
    pair.prompt("dog", 0, points=[(90.0, 60.0)], labels=[0])
    pair.prompt("cat", 0, **BOX)
    pair.prompt("cat", 0, **CLICK)
    pair.prompt("cow", 0, **CLICK)
    pair.prompt("cow", 0, **BOX)
    pair.prompt("hen", 0, **stripe())
    pair.prompt("hen", 0, **CLICK)
    pair.prompt("pig", 0, **CLICK)
    pair.prompt("pig", 0, **stripe())
    pair.track(0)


def test_several_prompted_frames_and_an_object_that_joins_later(pair: Pair) -> None:
    pair.prompt("1", 6, **CLICK)
    pair.prompt("1", 1, **BOX)
    pair.prompt("2", 4, **stripe())
    assert len(pair.track(1)) == 18  # also on the frames before its first prompt


def test_forward_then_backward(pair: Pair) -> None:
    pair.prompt("1", 5, **CLICK)
    pair.prompt("2", 5, **BOX)
    pair.track(5)
    assert len(pair.track(5, reverse=True)) == 20


def test_corrections_on_tracked_frames(pair: Pair) -> None:
    """Every kind; the predictor shows the answer, forgets it when it tracks there again, and so does strict."""
    pair.prompt("1", 0, **CLICK)
    pair.prompt("2", 0, **BOX)
    pair.track(0)
    pair.prompt("1", 5, **CLICKS)
    pair.prompt("1", 5, points=[(20.0, 130.0)], labels=[0])
    pair.prompt("2", 4, **stripe())
    pair.prompt("2", 7, **BOX)
    pair.prompt("1", 0, points=[(100.0, 100.0)])  # where tracking has passed a first prompt
    pair.track(6)  # from behind the corrections: they are recalled
    pair.track(0)
    pair.prompt("1", 0, points=[(110.0, 90.0)])
    pair.prompt("1", 5, points=[(90.0, 50.0)])
    pair.track(3, reverse=True)
    pair.track(0)


def test_corrections_after_tracking_backward(pair: Pair) -> None:
    pair.prompt("1", 8, **CLICK)
    pair.track(8, reverse=True)
    pair.prompt("1", 4, **CLICKS)
    pair.prompt("2", 9, **BOX)
    pair.track(4, reverse=True)
    pair.track(4)


def test_by_default_a_late_correction_holds(pair: Pair) -> None:
    """What strict is for: the published predictor loses it."""
    mends = VideoSession(runtime_of(pair), pair.video.frames)
    for session in (pair.video, mends):
        session.prompt("1", frame=0, **CLICK)
        list(session.track())
        said = session.prompt("1", frame=5, **BOX).mask
        list(session.track())
        shown = session.result("1", 5)
        assert shown is not None
        assert np.array_equal(shown.mask, said) is (session is mends)


def runtime_of(pair: Pair) -> Any:
    """The same network, not strict."""
    from masklet.runtime.torch import TorchRuntime

    return TorchRuntime(pair.video._runtime.network, "cpu", "float32", own=True)  # type: ignore[attr-defined]
