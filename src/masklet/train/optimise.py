"""AdamW with warm-up and cosine, frozen parts, and a moving average of the weights."""

from __future__ import annotations

import copy
import math

import torch
from torch import nn

from masklet.model.network import Network

from .config import OptimiserConfig


def freeze(network: Network, parts: tuple[str, ...]) -> None:
    """Takes the parameters whose names begin with one of `parts` out of training."""
    for name, parameter in network.named_parameters():
        if name.startswith(parts):
            parameter.requires_grad_(False)


def build_optimiser(network: Network, config: OptimiserConfig) -> torch.optim.AdamW:
    """Groups: trunk or not, with decay (matrices, kernels) or without (biases, norms, embeddings)."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = config.trunk_rate if name.startswith("trunk.") else config.rate
            decay = config.decay if name.endswith("weight") and parameter.dim() > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": p, "lr": rate, "full_rate": rate, "weight_decay": decay} for (rate, decay), p in groups.items()],
        betas=config.betas,
    )


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
