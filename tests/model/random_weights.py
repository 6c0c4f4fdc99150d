"""Networks with random weights, so that everything around the network is tested without trained ones.

The masks they answer with are noise; shapes, rules and determinism are real.
"""

from __future__ import annotations

from pathlib import Path

import torch

from masklet.model.checkpoint import save_network
from masklet.model.config import NANO, NetworkConfig
from masklet.model.network import Network


def random_network(config: NetworkConfig = NANO, seed: int = 0) -> Network:
    """A network whose every answer depends on every input: no weight is left at zero."""
    state = torch.get_rng_state()
    try:
        torch.manual_seed(seed)
        network = Network(config)
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if parameter.ndim == 1 and name.endswith(("bias", "scale")):
                    noise = torch.randn_like(parameter)
                    parameter.copy_(1 + 0.1 * noise if name.endswith("scale") else 0.05 * noise)
    finally:
        torch.set_rng_state(state)
    return network.eval().requires_grad_(False)


def write_random_nano(path: Path, seed: int = 0) -> Path:
    """A weights file of the embedded model's layout; returns the path."""
    save_network(random_network(NANO, seed), path)
    return path
