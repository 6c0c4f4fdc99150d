"""AdamW with warm-up and cosine, frozen parts, and a moving average of the weights."""

from __future__ import annotations

import copy
import math
import re

import torch
from torch import nn

from masklet.model.network import Network

from .config import OptimiserConfig

_BLOCK = re.compile(r"trunk\.blocks\.(\d+)\.")
BEFORE_BLOCKS = ("trunk.stem", "trunk.patches", "trunk.position", "trunk.window_position")


def freeze(network: Network, parts: tuple[str, ...]) -> None:
    """Takes the parameters whose names begin with one of `parts` out of training."""
    for name, parameter in network.named_parameters():
        if name.startswith(parts):
            parameter.requires_grad_(False)


def build_optimiser(network: Network, config: OptimiserConfig) -> torch.optim.AdamW:
    """Groups: by rate (the trunk's falls from its last block to its first, Bao et al. 2022), and with decay (matrices,
    kernels) or without (biases, norms, embeddings)."""
    depth = trunk_depth(network)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = config.rate
            if name.startswith("trunk."):
                rate = config.trunk_rate * config.layer_decay ** (depth - trunk_layer(name, depth))
            decay = config.decay if name.endswith("weight") and parameter.dim() > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": rate, "full_rate": rate, "weight_decay": decay} for (rate, decay), p in groups.items()],
        betas=config.betas,
    )


def trunk_depth(network: Network) -> int:
    """How many blocks the trunk has."""
    names = (_BLOCK.match(name) for name, _ in network.named_parameters())
    return max((int(found[1]) + 1 for found in names if found), default=0)


def trunk_layer(name: str, depth: int) -> int:
    """Which of the trunk's `depth` blocks a parameter is in, from 1; 0 is what comes before them, patches and places;
    what comes after them counts as the last."""
    found = _BLOCK.match(name)
    if found:
        return int(found[1]) + 1
    return 0 if name.startswith(BEFORE_BLOCKS) else depth


def set_rate(optimiser: torch.optim.Optimizer, config: OptimiserConfig, step: int, steps: int) -> float:
    """Linear warm-up, then a half cosine down to `last_rate`; answers with the share of the full rate."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(steps, 1))))
    share = min(1.0, (step + 1) / config.warm_up) * (config.last_rate + (1 - config.last_rate) * cosine)
    for group in optimiser.param_groups:
        group["lr"] = group["full_rate"] * share
    return share


class MovingAverage:
    """Exponential moving average of a network's parameters; young averages forget faster."""

    def __init__(self, network: Network, momentum: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.momentum = momentum

    @torch.no_grad()
    def update(self, network: Network, step: int) -> None:
        """Moves the average towards the network of this step."""
        momentum = min(self.momentum, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), 1 - momentum)
