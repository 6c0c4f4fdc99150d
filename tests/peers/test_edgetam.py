"""EdgeTAM gives what its published code and transformers' give with the same weights: pictures, and objects followed
through videos, forward and backward, further than memories and pointers reach.

Quick networks run at 256 pixels; the size as published is slow and runs by `make test-peers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.model.formats import edgetam
from masklet.session.answer import probability
from masklet.session.image import ImageSession
from masklet.session.video import VideoSession

pytest.importorskip("timm", reason="other implementations are not installed (make peers)")
from tests.peers.edgetam_family import (
    SMALLEST,
    PublishedVideo,
    TransformersVideo,
    build_published,
    ours,
    published,
    reads_png_exactly,
    without_rounding,
)
from tests.peers.sam_family import scene

LOGITS, SCORES = 1e-4, 1e-5
SIDES = [pytest.param(SMALLEST, id="256"), pytest.param(1024, id="1024", marks=pytest.mark.slow)]


@pytest.fixture
def as_sam2() -> Iterator[None]:
    """EdgeTAM's package in its namesake's place."""
    with published():
        yield


@pytest.mark.parametrize("side", SIDES)
def test_pictures(side: int, as_sam2: None) -> None:
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    peer, picture = build_published(side, video=False), scene(190, 310)
    predictor = SAM2ImagePredictor(peer)
    predictor._bb_feat_sizes = [(side // stride, side // stride) for stride in (4, 8, 16)]  # it takes 1024 for granted
    predictor.set_image(picture)
    session = ImageSession(ours(edgetam.LAYOUT, side, peer), picture)
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    box = np.array([30.0, 20.0, 250.0, 160.0])
    click, clicks = ({"point_coords": points[:k], "point_labels": labels[:k]} for k in (1, 2))
    said: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
        ({"points": points[:1]}, click, True),
        ({"points": points, "labels": labels}, clicks, False),
        ({"box": box}, {"box": box}, False),
        ({"points": points, "labels": labels, "box": box}, {**clicks, "box": box}, False),
    ]
    for mine, theirs, several in said:
        found = session.segment(**mine)
        _, scores, logits = predictor.predict(**theirs, multimask_output=several, return_logits=True)
        order = np.argsort(-scores, kind="stable")
        assert len(found) == len(scores)
        for candidate, k in zip(found, order, strict=True):
            assert candidate.score == pytest.approx(scores[k], abs=SCORES)
            assert np.abs(np.clip(candidate.logits, -32, 32) - logits[k]).max() < LOGITS
            assert 0 < candidate.mask.mean() < 1
        refined = session.segment(**mine, previous=found[0])[0]
        _, scores, logits = predictor.predict(
            **theirs, mask_input=logits[order[0]][None], multimask_output=False, return_logits=True
        )
        assert refined.score == pytest.approx(scores[0], abs=SCORES)
        assert np.abs(np.clip(refined.logits, -32, 32) - logits[0]).max() < LOGITS


def moving(side: int, frames: int) -> list[np.ndarray]:
    """A window of the network's own size that wanders over a larger scene, and a square of another that crosses it."""
    large, patch = scene(side + 8 * frames, side + 8 * frames, seed=1), scene(side // 4, side // 4, seed=2)
    out = []
    for t in range(frames):
        frame = large[4 * t : 4 * t + side, 6 * t : 6 * t + side].copy()
        x = (side // 20 * t) % (side - side // 4)
        frame[side // 3 : side // 3 + side // 4, x : x + side // 4] = patch
        out.append(frame)
    return out


def follow(peer: PublishedVideo | TransformersVideo, side: int, pictures: list[np.ndarray], reverse: bool) -> None:
    """Both follow two objects, one clicked on and one in a box, and say the same of them on every frame."""
    start, s = len(pictures) - 1 if reverse else 0, side / 256
    runtime = ours(peer.layout, side, peer.peer)
    video = VideoSession(runtime, pictures)
    prompts: dict[str, dict[str, Any]] = {
        "1": {"points": [(60 * s, 70 * s), (150 * s, 180 * s)], "labels": [1, 0]},
        "2": {"box": (100 * s, 30 * s, 220 * s, 160 * s)},
    }
    for name, said in prompts.items():
        peer.prompt(name, start, **said)
        video.prompt(name, frame=start, **said)
    peer.track(start, reverse)
    order = [frame.index for frame in video.track(start=start, reverse=reverse)]
    assert len(order) == len(pictures)
    expected, (first, second, *tracked) = peer.shown(), runtime.remembered
    remembered = dict(zip(order[1:], tracked, strict=True))
    remembered[start] = tuple(np.concatenate(pair) for pair in zip(first, second, strict=True))
    for (name, frame), theirs in expected.items():
        logits, presence = (one[int(name) - 1] for one in remembered[frame])
        assert np.abs(logits - theirs.logits).max() < LOGITS, (name, frame)
        assert probability(presence) == pytest.approx(probability(theirs.presence), abs=SCORES), (name, frame)
        result = video.result(name, frame)
        assert result is not None and result.score == pytest.approx(theirs.iou, abs=SCORES), (name, frame)
    assert len(expected) == 2 * len(pictures)
    there = [theirs.presence > 0 for theirs in expected.values()]
    if side == SMALLEST:
        assert any(there) and not all(there)
    shown = [(theirs.logits > 0).mean() for theirs in expected.values() if theirs.presence > 0]
    assert all(0.001 < share < 0.999 for share in shown)


CASES = [
    pytest.param(SMALLEST, 18, False, id="256-forward"),
    pytest.param(SMALLEST, 18, True, id="256-backward"),
    pytest.param(1024, 18, False, id="1024-forward", marks=pytest.mark.slow),
    pytest.param(1024, 3, True, id="1024-backward", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("side", "frames", "reverse"), CASES)
def test_videos_as_published(
    side: int, frames: int, reverse: bool, as_sam2: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_rounding(monkeypatch)
    reads_png_exactly(monkeypatch)
    pictures = moving(side, frames)
    follow(PublishedVideo(side, pictures, tmp_path), side, pictures, reverse)


@pytest.mark.parametrize(("side", "frames", "reverse"), CASES)
def test_videos_as_in_transformers(side: int, frames: int, reverse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    without_rounding(monkeypatch)
    pictures = moving(side, frames)
    follow(TransformersVideo(side, pictures), side, pictures, reverse)
