"""Networks small enough that a test's forward pass takes no time: nano's parts, and SAM 2's, at 128 pixels."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import torch

from masklet.model.config import NANO, DecoderConfig, HieraConfig, MemoryConfig, NetworkConfig
from masklet.model.network import Features, Network
from tests.model.random_weights import random_network

LITE = replace(NANO, name="small-lite", picture_size=128)
HIERA = NetworkConfig(
    name="small-hiera",
    picture_size=128,
    channels=128,  # fewer leave the mask's first downsampling one channel, of which normalising leaves nothing
    trunk=HieraConfig(channels=16, blocks=(1, 1, 2, 1), global_blocks=(3,), windows=(8, 4, 6, 4), position_size=(3, 3)),
    decoder=DecoderConfig(heads=4, mlp=64),
    memory=MemoryConfig(channels=16, layers=2, mlp=64),
)
CONFIGS = {c.name: c for c in (LITE, HIERA)}


@lru_cache
def small_network(name: str) -> Network:
    """Shared by all tests: do not change it."""
    return random_network(CONFIGS[name])


@lru_cache
def small_features(name: str, count: int = 1, seed: int = 0) -> Features:
    """What the network sees in `count` pictures of noise."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return small_network(name).see(torch.randn(count, 3, 128, 128, generator=generator))
