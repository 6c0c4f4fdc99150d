"""Networks small enough that a test's forward pass takes no time: nano's parts, and those of SAM 2,
EdgeTAM, EfficientTAM and SAM, at 128 pixels."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import torch

from masklet.model.config import (
    NANO,
    DecoderConfig,
    HieraConfig,
    MemoryConfig,
    NetworkConfig,
    PerceiverConfig,
    PlainNeckConfig,
    PlainVitConfig,
    RepVitConfig,
    TinyVitConfig,
    VitConfig,
)
from masklet.model.network import Features, Network
from masklet.model.presets import sam
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
REPVIT = replace(
    HIERA,
    name="small-repvit",
    trunk=RepVitConfig(channels=(16, 24, 32, 48), blocks=(1, 1, 2, 1)),
    memory=replace(HIERA.memory, perceiver=PerceiverConfig(latents=5, side=4, mlp=32)),
)
PLAIN_VIT = replace(
    HIERA,
    name="small-plain-vit",
    trunk=PlainVitConfig(channels=16, heads=2, blocks=2, global_blocks=(1,), window=5, position_side=3),
    neck=PlainNeckConfig(),
)
CONFIGS = {c.name: c for c in (LITE, HIERA, REPVIT, PLAIN_VIT)}
# they know pictures alone
VIT = sam("small-vit", VitConfig(channels=64, heads=4, blocks=3, global_blocks=(1,), window=5), 128)
TINY_VIT = sam("small-tiny-vit", TinyVitConfig(blocks=(1, 1, 1, 1), classes=5), 128)
STILL_CONFIGS = {c.name: c for c in (VIT, TINY_VIT)}


@lru_cache
def small_network(name: str) -> Network:
    """Shared by all tests: do not change it."""
    return random_network((CONFIGS | STILL_CONFIGS)[name])


@lru_cache
def small_features(name: str, count: int = 1, seed: int = 0) -> Features:
    """What the network sees in `count` pictures of noise."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return small_network(name).see(torch.randn(count, 3, 128, 128, generator=generator))
