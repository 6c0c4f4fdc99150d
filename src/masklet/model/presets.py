"""One configuration per published model, by name: the embedded model first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .config import NANO, HieraConfig, MemoryConfig, NetworkConfig

TINY = HieraConfig()
SMALL = HieraConfig(blocks=(1, 2, 11, 2), global_blocks=(7, 10, 13))
BASE_PLUS = HieraConfig(channels=112, heads=2, blocks=(2, 3, 16, 3), global_blocks=(12, 16, 20), position_size=(14, 14))
LARGE = HieraConfig(channels=144, heads=2, blocks=(2, 6, 36, 4), global_blocks=(23, 33, 43), windows=(8, 4, 16, 8))
SIZES = {"tiny": TINY, "small": SMALL, "base+": BASE_PLUS, "large": LARGE}


def _published() -> dict[str, NetworkConfig]:
    """SAM 2 (July 2024) knows nothing of pointers' times and absent objects' memories; SAM 2.1 (September) does."""
    without = MemoryConfig(pointer_time=False, absent_embedding=False)
    releases = {"sam2": without, "sam2.1": MemoryConfig()}
    networks = [
        NetworkConfig(name=f"{release}-{size}", trunk=trunk, memory=memory)
        for release, memory in releases.items()
        for size, trunk in SIZES.items()
    ]
    return {network.name: network for network in networks}


PRESETS: Mapping[str, NetworkConfig] = MappingProxyType({NANO.name: NANO, **_published()})
