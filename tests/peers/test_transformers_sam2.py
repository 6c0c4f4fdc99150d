"""SAM 2.1 gives what Hugging Face's `Sam2Model` gives with the same weights.

They come from the published code's network by way of masklet, so that conversion is tried as well.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from masklet.model.checkpoint import blank_network
from masklet.model.formats import transformers_sam2
from masklet.model.formats.layout import pictures_only
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.torch import TorchRuntime
from masklet.session.image import ImageSession

pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("sam2", reason="the published SAM 2 code is not installed")
from tests.peers.agreement import Agreement
from tests.peers.sam2_family import build, ours
from tests.peers.sam_family import read_with, scene

SIDE = 128
CLICK, BOX = np.array([[60.0, 70.0]]), np.array([100.0, 30.0, 180.0, 110.0])


def config(kind: Any, release: str) -> Any:
    """Hugging Face's configuration of the tiny network, at 128 pixels."""
    grids = [[SIDE // stride] * 2 for stride in (4, 8, 16)]
    hiera = {"model_type": "sam2_hiera_det_model", "image_size": [SIDE, SIDE]}
    more: dict[str, Any] = {}
    if kind.model_type == "sam2_video":
        new = release == "sam2.1"
        more = {"image_size": SIDE, "memory_attention_rope_feat_sizes": grids[-1]}
        more |= {"enable_occlusion_spatial_embedding": new, "enable_temporal_pos_encoding_for_object_pointers": new}
    return kind(
        vision_config={
            "model_type": "sam2_vision_model",
            "backbone_config": hiera,
            "backbone_feature_sizes": grids,
            "image_size": SIDE,
        },
        prompt_encoder_config={"image_size": SIDE},
        **more,
    )


def networks(kind: Any, made: Any, release: str, presence: float, folder: Path) -> tuple[torch.nn.Module, Network]:
    """Hugging Face's model as its folder gives it back, and masklet's network as it is read from the same file."""
    from safetensors.torch import load_file

    name = f"{release}-tiny"
    network = ours(name, SIDE, build(name, SIDE, video=True, presence=presence))
    preset = replace(PRESETS[name], picture_size=SIDE)
    state = network.state_dict()
    if kind.model_type != "sam2_video":
        preset = replace(pictures_only(PRESETS[name]), picture_size=SIDE)
        names = blank_network(preset).state_dict().keys()
        state = {key: value for key, value in state.items() if key in names}
    model = made(config(kind, release)).eval()
    model.load_state_dict({key: value.clone() for key, value in transformers_sam2.LAYOUT.from_ours(state).items()})
    model.save_pretrained(folder)
    read = read_with(transformers_sam2.LAYOUT, load_file(folder / "model.safetensors"), preset)
    return made.from_pretrained(folder).eval(), read


@torch.no_grad()
def test_pictures(tmp_path: Path, agree: Agreement) -> None:
    from transformers import Sam2Config, Sam2Model

    model, network = networks(Sam2Config, Sam2Model, "sam2.1", 0.0, tmp_path)
    runtime = TorchRuntime(network, "cpu", "float32", own=True, strict=True)
    picture = scene(190, 310)
    pixels, session = runtime._prepare(picture), ImageSession(runtime, picture)
    scale = SIDE / np.array([310, 190])
    points, labels = np.array([[100.0, 60.0], [200.5, 120.25]]), np.array([1, 0])
    for count, boxed in ((1, False), (2, False), (0, True), (2, True)):
        said: dict[str, Any] = {"points": points[:count], "labels": labels[:count], "box": BOX if boxed else None}
        found = session.segment(**said)
        theirs: dict[str, torch.Tensor] = {}
        if count:
            theirs["input_points"] = tensor(points[:count] * scale)[None, None]
            theirs["input_labels"] = torch.from_numpy(labels[:count])[None, None]
        if boxed:
            theirs["input_boxes"] = tensor(BOX.reshape(2, 2) * scale).reshape(1, 1, 4)
        out = model(pixel_values=pixels, multimask_output=len(found) > 1, **theirs)
        scores = out.iou_scores[0, 0].numpy()
        for candidate, k in zip(found, np.argsort(-scores, kind="stable"), strict=True):
            agree.scores(candidate.score, scores[k])
            agree.logits(candidate.logits, out.pred_masks[0, 0, k].numpy())


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, np.float32))
