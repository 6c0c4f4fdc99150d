"""EfficientTAM gives what its published code gives with the same weights, in each way of looking at memories: pictures,
and objects followed through videos, forward and backward, further than memories and pointers reach.

Quick networks run at 128 pixels; the sizes as published are slow and run by `make test-peers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from masklet.model.formats import efficienttam
from masklet.model.presets import PRESETS

pytest.importorskip("hydra", reason="other implementations are not installed (make test-peers)")
from tests.peers.agreement import Agreement
from tests.peers.edgetam_family import PublishedVideo, ours, published, reads_png_exactly, without_rounding
from tests.peers.efficienttam_family import build
from tests.peers.sam_family import scene
from tests.peers.tam_words import ask, follow, moving

NAMES = [name for name in PRESETS if name.startswith("efficienttam")]
QUICK = 128


@pytest.fixture(autouse=True)
def as_sam2() -> Iterator[None]:
    """EfficientTAM's package in its namesake's place."""
    with published("efficienttam"):
        yield


PICTURES = [
    pytest.param("efficienttam-ti", QUICK, id="ti-128"),
    *(pytest.param(name, None, id=name, marks=pytest.mark.slow) for name in NAMES),
]


@pytest.mark.parametrize(("name", "side"), PICTURES)
def test_pictures(name: str, side: int | None, agree: Agreement) -> None:
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    config = replace(PRESETS[name], picture_size=side or PRESETS[name].picture_size)
    peer = build(config, video=False, presence=0.0)
    predictor = SAM2ImagePredictor(peer)
    predictor._bb_feat_sizes = [(config.picture_size // stride,) * 2 for stride in (4, 8, 16)]  # it takes 1024
    ask(predictor, ours(efficienttam.LAYOUT, config, peer), scene(190, 310), agree)


VIDEOS = [
    pytest.param("efficienttam-ti", QUICK, 3, False, id="ti-128"),
    pytest.param("efficienttam-ti-1", QUICK, 18, False, id="ti-1-128"),
    pytest.param("efficienttam-ti-2", QUICK, 18, True, id="ti-2-128-backward"),
    *(pytest.param(name, None, 3, False, id=name, marks=pytest.mark.slow) for name in NAMES),
    pytest.param("efficienttam-s-512x512", None, 18, False, id="s-512x512-long", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("name", "side", "frames", "reverse"), VIDEOS)
def test_objects_followed_through_a_video(
    name: str,
    side: int | None,
    frames: int,
    reverse: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    agree: Agreement,
) -> None:
    without_rounding(monkeypatch)
    reads_png_exactly(monkeypatch)
    config = replace(PRESETS[name], picture_size=side or PRESETS[name].picture_size)
    # drawn weights would lose every object: presence is set so that it goes both ways, or that none is ever absent
    peer = build(config, video=True, presence=5.0 if side else 30.0)
    pictures = moving(config.picture_size, frames)
    runtime = ours(efficienttam.LAYOUT, config, peer)
    there = follow(PublishedVideo(peer, pictures, tmp_path), runtime, pictures, reverse, agree)
    assert any(there)
    assert frames < 18 or side is None or not all(there)
