"""Which network a file holds, in which layout, from its tensors' names and shapes; the file's own name decides only
where several networks have the same (EfficientTAM's of one size)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..blank import blank_network
from ..config import NetworkConfig
from . import LAYOUTS
from .layout import Layout, Shapes

MOST_FAULTS = 0.5  # of a network's names: with more missing or foreign ones a file is not taken for that network


@dataclass(frozen=True)
class Recognised:
    """faults: what keeps the file from being that network in that layout, the gravest first; empty when it is."""

    layout: Layout
    config: NetworkConfig
    faults: tuple[str, ...]


@lru_cache(maxsize=64)
def network_shapes(config: NetworkConfig) -> Shapes:
    """Our names and shapes of a network."""
    return {name: tuple(value.shape) for name, value in blank_network(config).state_dict().items()}


def recognise(found: Shapes, file_name: str = "") -> Recognised | None:
    """The layout and network that fit best; None when nothing comes near. file_name: without its suffix."""
    best: Recognised | None = None
    whole: list[Recognised] = []
    for layout in LAYOUTS:
        if layout.marker not in found:
            continue
        for config in layout.networks():
            ours = network_shapes(config)
            faults = tuple(layout.faults(found, ours))
            if not faults:
                whole.append(Recognised(layout, config, ()))
            elif len(faults) <= MOST_FAULTS * len(ours) and (best is None or len(faults) < len(best.faults)):
                best = Recognised(layout, config, faults)
        if whole:
            said = file_name.lower().replace("_", "-")
            return next((one for one in whole if one.config.name == said), whole[0])
    return best


def layout_for(target: str, config: NetworkConfig) -> Layout | None:
    """The layout that a network is published in: "published" (its makers') or "transformers"."""
    fitting = [layout for layout in LAYOUTS if config in layout.networks()]
    wanted = [one for one in fitting if one.name.startswith("transformers") == (target == "transformers")]
    return wanted[0] if wanted else None
