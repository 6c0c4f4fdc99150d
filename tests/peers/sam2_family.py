"""The published SAM 2 code with random weights, and the same weights in masklet, by way of Meta's file layout."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from masklet.model.formats import sam2
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.torch import TorchRuntime
from tests.peers.sam_family import draw_weights, read_with

FILES = {
    "tiny": "t",
    "small": "s",
    "base+": "b+",
    "large": "l",
}


def build(
    name: str, side: int, *, video: bool, extra: tuple[str, ...] = (), seed: int = 0, presence: float = 0.0
) -> nn.Module:
    """The published network of a preset, at `side` pixels, with random weights; as pictures' or videos' predictor.

    presence: the bias of the head that tells whether an object is there."""
    from sam2.build_sam import build_sam2, build_sam2_video_predictor

    release, size = name.split("-")
    config = f"configs/{release}/{release}_hiera_{FILES[size]}.yaml"
    make = build_sam2_video_predictor if video else build_sam2
    peer = make(config, None, device="cpu", hydra_overrides_extra=[f"++model.image_size={side}", *extra])
    draw_weights(peer, seed)
    with torch.no_grad():
        # presence goes both ways, memories weigh as much as the picture, and no layer's scale makes rounding alone move
        # masks
        head = peer.sam_mask_decoder.pred_obj_score_head.layers[-1]
        head.weight.mul_(20)
        head.bias.fill_(presence)
        for name_, value in peer.named_parameters():
            if "gamma" in name_:
                value.fill_(0.1)
            elif "cross_attn_image.v_proj" in name_ or "cross_attn_image.out_proj" in name_:
                value.mul_(2)
    return peer.eval()


def ours(name: str, side: int, peer: nn.Module) -> Network:
    """masklet's network with the peer's weights, read as its checkpoint would be."""
    tensors = {key: value.clone() for key, value in peer.state_dict().items()}
    return read_with(sam2.LAYOUT, tensors, replace(PRESETS[name], picture_size=side))


def runtime(name: str, side: int, peer: nn.Module) -> TorchRuntime:
    """masklet's runtime that follows the published code."""
    return TorchRuntime(ours(name, side, peer), "cpu", "float32", own=True, strict=True)
