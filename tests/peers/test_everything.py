"""Strict automatic masks are those of the published generators: the same masks survive, with the same scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from masklet.model.formats import sam
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.runtime.torch import TorchRuntime
from masklet.session.everything import Region, Sieve, segment_everything
from tests.peers.agreement import Agreement
from tests.peers.sam_family import SMALL_VIT, draw_weights, read_with, scene

GRID = 5
PICTURE = scene(210, 330)


def sam2() -> tuple[Any, Any]:
    """The published generator's class and network of 128 pixels, and masklet's runtime."""
    pytest.importorskip("sam2", reason="the published SAM 2 code is not installed")
    from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator

    from tests.peers.sam2_family import build, runtime

    peer = build("sam2.1-tiny", 128, video=False)
    decoder = peer.sam_mask_decoder
    sparsen(decoder, runtime("sam2.1-tiny", 128, peer), 0.97, decoder.conv_s0)

    def generator(**settings: Any) -> Any:
        made = SAM2AutomaticMaskGenerator(peer, **settings)
        made.predictor._bb_feat_sizes = [(32, 32), (16, 16), (8, 8)]  # it takes 1024 pixels for granted
        return made

    return generator, runtime("sam2.1-tiny", 128, peer)


def sam1() -> tuple[Any, Any]:
    pytest.importorskip("segment_anything", reason="the published SAM code is not installed")
    from segment_anything import SamAutomaticMaskGenerator

    from tests.peers.sam_family import build_sam

    peer = build_sam(SMALL_VIT)
    draw_weights(peer)

    def runtime() -> TorchRuntime:
        return TorchRuntime(read_with(sam.LAYOUT, dict(peer.state_dict()), SMALL_VIT), "cpu", own=True, strict=True)

    sparsen(peer.mask_decoder, runtime(), 0.9)
    return lambda **settings: SamAutomaticMaskGenerator(peer, **settings), runtime()


@torch.no_grad()
def sparsen(decoder: Any, runtime: TorchRuntime, share: float, skip: Any = None) -> None:
    """Lower all logits, so that masks are spots with boxes of their own: one channel becomes a constant.

    Masks of drawn weights reach over the whole picture, and would all be each other's doubles. share: of a mask's
    pixels, about, that are left off.
    """
    clicks = [NetworkPrompt(np.array([point], np.float32), np.array([1])) for point in ((30, 40), (90, 60), (60, 110))]
    masks = runtime.decode(runtime.recall(runtime.see(PICTURE), [Recollection()]), clicks).mask_logits[:, 1:]
    lower = float(np.median(np.quantile(masks, share, axis=(-2, -1))))
    last = decoder.output_upscaling[3]
    for part in (last.weight[:, 0], last.bias[:1], *((skip.weight[0], skip.bias[:1]) if skip is not None else ())):
        part.zero_()
    last.bias[0] = 6.0  # which the activation leaves as it is
    for head in decoder.output_hypernetworks_mlps:
        head.layers[-1].weight[0].zero_()
        head.layers[-1].bias[0] = -lower / 6.0


@pytest.fixture(scope="module", params=[sam2, sam1], ids=["sam2", "sam"])
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """What makes a published generator, and masklet's runtime of the same weights."""
    made: tuple[Any, Any] = request.param()
    return made


@pytest.fixture(scope="module")
def everything(pair: tuple[Any, Any]) -> list[dict[str, Any]]:
    """All masks, before any is sifted out: thresholds are chosen by what there is."""
    generate, _ = pair
    settings = {"pred_iou_thresh": -9.0, "stability_score_thresh": 0.0, "box_nms_thresh": 1.0}
    with torch.no_grad():
        found: list[dict[str, Any]] = generate(points_per_side=GRID, **settings).generate(PICTURE)
    found = [one for one in found if one["area"]]
    assert len(found) > GRID**2
    return found


def between(values: Sequence[float], share: float) -> float:
    """A threshold that leaves that share of the values below it, half-way between two that lie well apart."""
    ordered = np.sort(np.asarray(values))
    near = ordered[round(share * len(ordered)) - 3 :][:6]
    widest = int(np.argmax(np.diff(near)))
    return float(near[widest : widest + 2].mean())


@pytest.mark.parametrize("layers", [0, 1])
def test_the_same_masks_survive(
    pair: tuple[Any, Any], everything: list[dict[str, Any]], layers: int, agree: Agreement
) -> None:
    generate, runtime = pair
    iou = between([one["predicted_iou"] for one in everything], 0.2)
    stability = between([one["stability_score"] for one in everything if one["predicted_iou"] > iou], 0.2)
    published = generate(
        points_per_side=GRID,
        pred_iou_thresh=iou,
        stability_score_thresh=stability,
        box_nms_thresh=0.9,
        crop_nms_thresh=0.9,
        crop_n_layers=layers,
        crop_n_points_downscale_factor=2,
    ).generate(PICTURE)
    found = segment_everything(
        runtime, PICTURE, grid=GRID, crop_layers=layers, sieve=Sieve(iou, stability, overlap=0.9, min_region=0)
    )
    assert 3 < len(published) < 0.9 * len(everything)
    assert len(found) == len(published)
    if layers and not runtime.spec.letterbox:
        assert any(one.layer for one in found)
    waiting = list(published)
    for region in found:
        nearest = int(np.argmin([abs(one["predicted_iou"] - region.score) for one in waiting]))
        check(region, waiting.pop(nearest), agree)


def check(mine: Region, theirs: dict[str, Any], agree: Agreement) -> None:
    agree.scores(mine.score, theirs["predicted_iou"])
    assert abs(mine.stability - theirs["stability_score"]) <= 1e-3  # counted in pixels
    assert np.abs(np.subtract(mine.point, theirs["point_coords"][0])).max() <= 1e-3
    assert (mine.mask != theirs["segmentation"]).mean() <= 1e-4  # whose logit is zero but for rounding
    x, y, width, height = theirs["bbox"]
    assert np.abs(np.subtract(mine.box, (x, y, x + width + 1, y + height + 1))).max() <= 1
