"""EdgeTAM gives what its published code and transformers' give with the same weights: pictures, and objects followed
through videos, forward and backward, further than memories and pointers reach.

Quick networks run at 256 pixels; the size as published is slow and runs by `make test-peers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from masklet.model.formats import edgetam, transformers_edgetam

pytest.importorskip("timm", reason="other implementations are not installed (make test-peers)")
from tests.peers.agreement import Agreement
from tests.peers.edgetam_family import (
    SMALLEST,
    PublishedVideo,
    TransformersVideo,
    build_published,
    config_at,
    ours,
    published,
    reads_png_exactly,
    without_rounding,
)
from tests.peers.sam_family import scene
from tests.peers.tam_words import ask, follow, moving

SIDES = [pytest.param(SMALLEST, id="256"), pytest.param(1024, id="1024", marks=pytest.mark.slow)]


@pytest.fixture
def as_sam2() -> Iterator[None]:
    """EdgeTAM's package in its namesake's place."""
    with published():
        yield


@pytest.mark.parametrize("side", SIDES)
def test_pictures(side: int, as_sam2: None, agree: Agreement) -> None:
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    peer, picture = build_published(side, video=False), scene(190, 310)
    predictor = SAM2ImagePredictor(peer)
    predictor._bb_feat_sizes = [(side // stride, side // stride) for stride in (4, 8, 16)]  # it takes 1024 for granted
    ask(predictor, ours(edgetam.LAYOUT, config_at(side), peer), picture, agree)


SLOW = [
    pytest.param(SMALLEST, 18, False, id="256-forward", marks=pytest.mark.slow),
    pytest.param(SMALLEST, 18, True, id="256-backward", marks=pytest.mark.slow),
    pytest.param(1024, 3, False, id="1024-forward", marks=pytest.mark.slow),
    pytest.param(1024, 3, True, id="1024-backward", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("side", "frames", "reverse"), [pytest.param(SMALLEST, 4, False, id="256-short"), *SLOW])
def test_videos_as_published(
    side: int,
    frames: int,
    reverse: bool,
    as_sam2: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    agree: Agreement,
) -> None:
    without_rounding(monkeypatch)
    reads_png_exactly(monkeypatch)
    pictures = moving(side, frames)
    peer = build_published(side, video=True)
    runtime = ours(edgetam.LAYOUT, config_at(side), peer)
    there = follow(PublishedVideo(peer, pictures, tmp_path), runtime, pictures, reverse, agree)
    assert any(there)
    assert side > SMALLEST or frames < 18 or not all(there)


@pytest.mark.parametrize(
    ("side", "frames", "reverse"), [pytest.param(SMALLEST, 4, True, id="256-short-backward"), *SLOW]
)
def test_videos_as_in_transformers(
    side: int, frames: int, reverse: bool, monkeypatch: pytest.MonkeyPatch, agree: Agreement
) -> None:
    without_rounding(monkeypatch)
    pictures = moving(side, frames)
    video = TransformersVideo(side, pictures)
    runtime = ours(transformers_edgetam.LAYOUT, config_at(side), video.peer)
    # it remembers a given mask in the picture's size, where the published predictor goes by way of the answer's
    there = follow(video, runtime, pictures, reverse, agree, masks=False)
    assert any(there)
    assert side > SMALLEST or frames < 18 or not all(there)
