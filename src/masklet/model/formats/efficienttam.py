"""EfficientTAM's checkpoints, `efficienttam_s.pt` and the like, {"model": state dict}: ViTDet's names for trunk and
neck, Meta's of SAM 2 after them.

The files of one size hold the same names and shapes; which network a file is of, its own name alone tells.
"""

from __future__ import annotations

from ..config import NetworkConfig, PlainVitConfig
from ..presets import PRESETS
from .layout import Layout, Rule
from .sam2 import HEADS, MEMORY, MLP_OUTSIDE

NECK = {"0": "conv_1x1", "1": "norm_0", "2": "conv_3x3", "3": "norm_1"}
BLOCK = r"trunk\.blocks\.(\d+)"
THEIRS = r"image_encoder.trunk.blocks.\1"
TRUNK = (
    Rule(r"trunk\.position", "image_encoder.trunk.pos_embed"),
    Rule(r"trunk\.patches\.(\w+)", r"image_encoder.trunk.patch_embed.proj.\1"),
    Rule(BLOCK + r"\.norm([12])\.(\w+)", THEIRS + r".norm\2.\3"),
    Rule(BLOCK + r"\.attention\.qkv\.(\w+)", THEIRS + r".attn.qkv.\2"),
    Rule(BLOCK + r"\.attention\.out\.(\w+)", THEIRS + r".attn.proj.\2"),
    Rule(BLOCK + r"\.mlp\.([02])\.(\w+)", lambda m: f"{m.expand(THEIRS)}.mlp.layers.{MLP_OUTSIDE[m[2]]}.{m[3]}"),
    Rule(r"neck\.layers\.(\d)\.(\w+)", lambda m: f"image_encoder.neck.convs.0.{NECK[m[1]]}.{m[2]}"),
)


def plain_vit_networks() -> list[NetworkConfig]:
    """EfficientTAM's presets."""
    return [config for config in PRESETS.values() if isinstance(config.trunk, PlainVitConfig)]


LAYOUT = Layout(
    name="efficienttam",
    title="EfficientTAM's checkpoint",
    marker="image_encoder.neck.convs.0.conv_1x1.weight",
    rules=(*TRUNK, *HEADS, *MEMORY),
    networks=plain_vit_networks,
    wrapper="model",
    suffix=".pt",
)
