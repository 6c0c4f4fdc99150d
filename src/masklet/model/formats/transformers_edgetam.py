"""Hugging Face transformers' `EdgeTamVideoModel` and, without the memory, `EdgeTamModel`: model.safetensors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..config import NetworkConfig
from .edgetam import repvit_networks, repvit_rules
from .layout import Layout, Rule, pictures_only
from .transformers_sam2 import REST

TRUNK = "vision_encoder.backbone.timm_model"
NORM = {"tokens_norm": "layer_norm_latents", "map_norm": "layer_norm_input", "self_norm": "layer_norm_self"}
MLP = {"0": "layer_norm", "1": "up_proj", "3": "down_proj"}
MEMORY_MLP = {"1": "up_proj", "2": "down_proj"}

LAYER = r"perceiver\.layers\.(\d)"
THEIRS = "spatial_perceiver.layers"


def _attention(match: re.Match[str]) -> str | Sequence[str]:
    start = f"{THEIRS}.{match[1]}.{match[2]}"
    if match[3] == "kv":  # theirs are two
        return f"{start}.k_proj.weight", f"{start}.v_proj.weight"
    return f"{start}.{ {'q': 'q_proj', 'out': 'o_proj'}[match[3]] }.weight"


PERCEIVER = (
    Rule(r"perceiver\.latents", "spatial_perceiver.latents_1d"),
    Rule(r"perceiver\.grid_latents", "spatial_perceiver.latents_2d"),
    Rule(r"perceiver\.norm\.(\w+)", r"spatial_perceiver.layer_norm.\1"),
    Rule(LAYER + r"\.(\w+_norm)\.(\w+)", lambda m: f"{THEIRS}.{m[1]}.{NORM[m[2]]}.{m[3]}"),
    Rule(LAYER + r"\.(\w+_attention)\.(\w+)\.weight", _attention),
    Rule(LAYER + r"\.((?:self_)?mlp)\.(\d)\.(\w+)", lambda m: f"{THEIRS}.{m[1]}.{m[2]}.{MLP[m[3]]}.{m[4]}"),
)
# here the last two lie in a part of their own, unlike in SAM 2's
MEMORY = (
    Rule(
        r"memory_attention\.layers\.(\d)\.linear(\d)\.(\w+)",
        lambda m: f"memory_attention.layers.{m[1]}.mlp.{MEMORY_MLP[m[2]]}.{m[3]}",
    ),
)


def _networks() -> Sequence[NetworkConfig]:
    return [*repvit_networks(), *(pictures_only(config) for config in repvit_networks())]


LAYOUT = Layout(
    name="transformers-edgetam",
    title="transformers' EdgeTAM model",
    marker=f"{TRUNK}.stem.conv1.c.weight",
    rules=(*repvit_rules(TRUNK), *PERCEIVER, *MEMORY, *REST),
    networks=_networks,
)
