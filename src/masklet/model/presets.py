"""One configuration per published model, by name: the embedded model first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from types import MappingProxyType

from .config import (
    NANO,
    DecoderConfig,
    HieraConfig,
    MemoryConfig,
    NetworkConfig,
    PerceiverConfig,
    PlainNeckConfig,
    PlainVitConfig,
    PromptConfig,
    RepVitConfig,
    TinyVitConfig,
    TrunkConfig,
    VitConfig,
)

TINY = HieraConfig()
SMALL = HieraConfig(blocks=(1, 2, 11, 2), global_blocks=(7, 10, 13))
BASE_PLUS = HieraConfig(channels=112, heads=2, blocks=(2, 3, 16, 3), global_blocks=(12, 16, 20), position_size=(14, 14))
LARGE = HieraConfig(channels=144, heads=2, blocks=(2, 6, 36, 4), global_blocks=(23, 33, 43), windows=(8, 4, 16, 8))
SIZES = {"tiny": TINY, "small": SMALL, "base+": BASE_PLUS, "large": LARGE}
VITS = {
    "vit-b": VitConfig(),
    "vit-l": VitConfig(1024, 16, 24, (5, 11, 17, 23)),
    "vit-h": VitConfig(1280, 16, 32, (7, 15, 23, 31)),
}


def sam(name: str, trunk: TrunkConfig, picture_size: int = 1024) -> NetworkConfig:
    """SAM (April 2023) around a trunk: pictures alone, no presence, a decoder that reads stride 16 alone."""
    return NetworkConfig(
        name=name,
        picture_size=picture_size,
        trunk=trunk,
        neck=PlainNeckConfig(),
        prompt=PromptConfig(always_closed=False, mask_limit=inf),
        decoder=DecoderConfig(presence=False, bounded_iou=False, steady=False),
        memory=None,
        no_memory=False,
        letterbox=True,
        least_iou=0.88,
        least_stability=0.95,
    )


def efficient_tams(memory: MemoryConfig) -> list[NetworkConfig]:
    """EfficientTAM (Xiong et al. 2024): two sizes; each also for pictures of 512 pixels, and trained with two ways of
    pooling memories. The names are those of the published files."""
    plain = NetworkConfig(name="", neck=PlainNeckConfig(), memory=memory)
    ways = {
        "": plain,
        "-512x512": replace(plain, picture_size=512),
        "-1": replace(plain, memory=replace(memory, pooling="counted")),
        "-2": replace(plain, memory=replace(memory, pooling="raised")),
    }
    trunks = {"s": PlainVitConfig(), "ti": PlainVitConfig(channels=192, heads=3)}
    return [
        replace(network, name=f"efficienttam-{size}{way}", trunk=trunk)
        for size, trunk in trunks.items()
        for way, network in ways.items()
    ]


def _published() -> dict[str, NetworkConfig]:
    """SAM 2 (July 2024) knows nothing of pointers' times and absent objects' memories; SAM 2.1 (September) does.
    EdgeTAM (Zhou et al. 2025) and EfficientTAM follow the first."""
    without = MemoryConfig(pointer_time=False, absent_embedding=False)
    releases = {"sam2": without, "sam2.1": MemoryConfig()}
    networks = [
        NetworkConfig(name=f"{release}-{size}", trunk=trunk, memory=memory)
        for release, memory in releases.items()
        for size, trunk in SIZES.items()
    ]
    networks += [sam(f"sam-{size}", trunk) for size, trunk in VITS.items()]
    networks.append(sam("mobile-sam", TinyVitConfig()))
    perceiving = replace(without, layers=2, perceiver=PerceiverConfig())
    networks.append(NetworkConfig(name="edgetam", trunk=RepVitConfig(), memory=perceiving))
    networks += efficient_tams(without)
    return {network.name: network for network in networks}


PRESETS: Mapping[str, NetworkConfig] = MappingProxyType({NANO.name: NANO, **_published()})
