"""The published SAM code with random weights, and the same weights in masklet, by way of the published file layouts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from masklet.model.checkpoint import blank_network
from masklet.model.config import NetworkConfig, TinyVitConfig, VitConfig
from masklet.model.formats.layout import Layout
from masklet.model.network import Network
from masklet.model.presets import sam

SIDE = 256  # of the small networks' pictures
SMALL_VIT = sam("small-vit", VitConfig(channels=64, heads=4, blocks=3, global_blocks=(1,), window=14), SIDE)
SMALL_TINY_VIT = sam("small-tiny-vit", TinyVitConfig(blocks=(1, 1, 2, 1), classes=10), SIDE)


def build_sam(config: NetworkConfig) -> nn.Module:
    """segment_anything's `Sam` of this configuration; MobileSAM's trunk is ultralytics' copy of TinyViT."""
    from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer

    side, grid, trunk = config.picture_size, config.grid_size, config.trunk
    if isinstance(trunk, VitConfig):
        encoder: nn.Module = ImageEncoderViT(
            img_size=side,
            depth=trunk.blocks,
            embed_dim=trunk.channels,
            num_heads=trunk.heads,
            norm_layer=partial(nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=trunk.window,
            global_attn_indexes=trunk.global_blocks,
        )
    else:
        pytest.importorskip("ultralytics", reason="MobileSAM's trunk comes from ultralytics (make test-peers)")
        from ultralytics.models.sam.modules.tiny_encoder import TinyViT

        assert isinstance(trunk, TinyVitConfig)
        encoder = TinyViT(
            img_size=side,
            num_classes=trunk.classes,
            embed_dims=trunk.channels,
            depths=trunk.blocks,
            num_heads=trunk.heads,
            window_sizes=trunk.windows,
        )
    transformer = TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8)
    decoder = MaskDecoder(transformer_dim=256, transformer=transformer)
    return Sam(encoder, PromptEncoder(256, (grid, grid), (side, side), 16), decoder).eval()


@torch.no_grad()
def draw_weights(model: nn.Module, seed: int = 0) -> None:
    """Random weights that leave nothing at its start: every bias, scale, position and running mean counts.

    Masks are of both signs and in many parts, because the heads' last layers are drawn larger.
    """
    generator = torch.Generator().manual_seed(seed)
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name, value in tensors.items():
        if not value.dtype.is_floating_point or name.startswith("pixel_"):
            continue
        if "running_var" in name or (value.ndim == 1 and name.endswith("weight")):
            value.uniform_(0.5, 1.5, generator=generator)
        elif value.ndim == 1 or "rel_pos" in name or "bias" in name:
            value.normal_(0, 0.2, generator=generator)
        elif "pos" in name or "point_embed" in name or name.endswith(("embed.weight", "token.weight", "tokens.weight")):
            value.normal_(0, 1, generator=generator)
        else:
            fan_in = value[0].numel() if "upscal" not in name or value.ndim < 4 else value.shape[0]
            value.normal_(0, fan_in**-0.5, generator=generator)
        if "hypernetworks" in name and ("layers.2." in name or "proj_out" in name):
            value.mul_(2)
    model.eval()  # TinyViT gathers its biases anew here


def read_with(layout: Layout, tensors: dict[str, torch.Tensor], config: NetworkConfig) -> Network:
    """masklet's network with these weights; the layout must fit, and give back the same file."""
    network = blank_network(config)
    ours = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert layout.faults({name: tuple(value.shape) for name, value in tensors.items()}, ours) == []
    read = layout.to_ours(tensors, ours)
    back = layout.from_ours(read)
    assert all(torch.equal(back[name], value) and back[name].dtype == value.dtype for name, value in tensors.items())
    network.load_state_dict(read, assign=True)
    return network.eval().requires_grad_(False)


def write_checkpoint(path: Path, config: NetworkConfig, seed: int = 0) -> tuple[nn.Module, Path]:
    """The published code's network with random weights, and its file: a bare state dict."""
    peer = build_sam(config)
    draw_weights(peer, seed)
    torch.save(peer.state_dict(), path)
    return peer, path


def scene(height: int, width: int, seed: int = 0) -> np.ndarray:
    """HxWx3 uint8: a few blobs of colour and some noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(smooth + rng.integers(-20, 21, smooth.shape), 0, 255).astype(np.uint8)


def parts(mask: np.ndarray) -> int:
    """How many connected parts a mask has."""
    return cv2.connectedComponents(mask.astype(np.uint8))[0] - 1
