"""Weights drawn at random: a network's speed does not depend on its weights, and neither does whether two
implementations of it agree. Masks come out in many parts, of both signs; every weight counts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import NetworkConfig
from .network import Network

EMBEDDINGS = ("position", "labels", "padding", "no_mask", "token", "latents", "memory_time", "frequencies", "absent")
PRESENT = 10.0  # the head's bias: objects stay in the picture


@torch.no_grad()
def drawn_network(config: NetworkConfig, seed: int = 0) -> Network:
    """A network of the configuration, ready for inference."""
    network = Network(config)
    generator = torch.Generator().manual_seed(seed)
    for name, value in network.named_parameters():
        _draw(name, value, generator)
    for name, buffer in network.named_buffers():
        if name.endswith("frequencies"):
            _draw(name, buffer, generator)
    _adjust(network)
    norms = [part for part in network.trunk.modules() if isinstance(part, nn.BatchNorm2d)]
    if norms:  # statistics as training leaves them: otherwise every block makes its features larger
        for norm in norms:
            norm.train().reset_running_stats()
            norm.momentum = None
        side = config.picture_size
        network.trunk(torch.randn(1, 3, side, side, generator=generator))
    return network.eval().requires_grad_(False)


def _draw(name: str, value: Tensor, generator: torch.Generator) -> None:
    if any(word in name for word in EMBEDDINGS):
        value.normal_(0, 1, generator=generator)
    elif value.ndim == 1:
        if name.endswith("weight"):  # of norms
            value.uniform_(0.5, 1.5, generator=generator)
        else:
            value.normal_(0, 0.2, generator=generator)
    else:
        transposed = value.ndim == 4 and ".up" in name
        inputs = value.shape[0] if transposed else value[0].numel()
        value.normal_(0, inputs**-0.5, generator=generator)


def _adjust(network: Network) -> None:
    """No layer's scale makes rounding alone move masks, memories weigh as much as the picture, nothing gets lost."""
    doubled = ("cross_attention.v.weight", "cross_attention.out.weight")
    for name, value in network.named_parameters():
        if "fuser" in name and name.endswith("scale"):
            value.fill_(0.1)
        elif name.endswith(doubled):
            value.mul_(2)
        elif "mask_heads" in name and name.endswith("layers.2.weight"):
            value.mul_(0.5)
        elif name == "mask_decoder.presence_head.layers.2.bias":
            value.fill_(PRESENT)
