"""EdgeTAM's checkpoint, `edgetam.pt`, {"model": state dict}: timm's names for the trunk, and Meta's of SAM 2 around
it."""

from __future__ import annotations

import re

from ..config import NetworkConfig, RepVitConfig
from ..presets import PRESETS
from .layout import Layout, Rule
from .sam2 import HEADS, MEMORY, NECK

CONV = {"conv": "c", "norm": "bn"}
DOWNSAMPLE = {"filter": "spatial_downsample", "widen": "channel_downsample"}
MIXER = {"filter": "conv", "scale": "conv1"}
MLP = {"expand": "conv1", "project": "conv2"}
GATE = {"squeeze": "fc1", "excite": "fc2"}
MLP_BRANCH = {"mlp": "ff", "self_mlp": "self_ff"}
ATTENTION = {"cross_attention": "attn", "self_attention": "self_attn"}
PROJECTION = {"q": "to_q", "kv": "to_kv", "out": "to_out"}
NORM = {"tokens_norm": "attn.norm_latents", "map_norm": "attn.norm_x", "self_norm": "self_attn.norm"}


def repvit_rules(prefix: str) -> tuple[Rule, ...]:
    """timm's names of RepViT's parts behind `prefix`."""
    conv = r"(conv|norm)\.(\w+)"

    block = r"trunk\.(?:stages\.(?P<stage>\d)\.(?P<number>\d+)|downsamples\.(?P<opened>\d)\.block)"

    def theirs(match: re.Match[str]) -> str:
        if match["opened"] is not None:
            return f"{prefix}.stages_{int(match['opened']) + 1}.downsample.pre_block"
        return f"{prefix}.stages_{match['stage']}.blocks.{match['number']}"

    def stem(match: re.Match[str]) -> str:
        return f"{prefix}.stem.conv{match[1]}.{CONV[match[2]]}.{match[3]}"

    def downsample(match: re.Match[str]) -> str:
        return f"{prefix}.stages_{int(match[1]) + 1}.downsample.{DOWNSAMPLE[match[2]]}.{CONV[match[3]]}.{match[4]}"

    def downsample_mlp(match: re.Match[str]) -> str:
        return f"{prefix}.stages_{int(match[1]) + 1}.downsample.ffn.{MLP[match[2]]}.{CONV[match[3]]}.{match[4]}"

    return (
        Rule(r"trunk\.stem([12])\." + conv, stem),
        Rule(r"trunk\.downsamples\.(\d)\.(filter|widen)\." + conv, downsample),
        Rule(r"trunk\.downsamples\.(\d)\.mlp\.(\w+)\." + conv, downsample_mlp),
        Rule(
            block + r"\.mixer\.(\w+)\." + conv,
            lambda m: f"{theirs(m)}.token_mixer.{MIXER[m[4]]}.{CONV[m[5]]}.{m[6]}",
        ),
        Rule(
            block + r"\.mlp\.(\w+)\." + conv,
            lambda m: f"{theirs(m)}.channel_mixer.{MLP[m[4]]}.{CONV[m[5]]}.{m[6]}",
        ),
        Rule(block + r"\.gate\.(\w+)\.(\w+)", lambda m: f"{theirs(m)}.se.{GATE[m[4]]}.{m[5]}"),
    )


LAYER = r"perceiver\.layers\.(\d)"
THEIRS = r"spatial_perceiver.layers.\1"
PERCEIVER = (
    Rule(r"perceiver\.latents", "spatial_perceiver.latents"),
    Rule(r"perceiver\.grid_latents", "spatial_perceiver.latents_2d"),
    Rule(r"perceiver\.norm\.(\w+)", r"spatial_perceiver.norm.\1"),
    Rule(LAYER + r"\.(\w+_norm)\.(\w+)", lambda m: f"{m.expand(THEIRS)}.{NORM[m[2]]}.{m[3]}"),
    Rule(
        LAYER + r"\.(\w+_attention)\.(\w+)\.weight",
        lambda m: f"{m.expand(THEIRS)}.{ATTENTION[m[2]]}.{PROJECTION[m[3]]}.weight",
    ),
    Rule(LAYER + r"\.((?:self_)?mlp)\.(\d)\.(\w+)", lambda m: f"{m.expand(THEIRS)}.{MLP_BRANCH[m[2]]}.{m[3]}.{m[4]}"),
)


def repvit_networks() -> list[NetworkConfig]:
    """EdgeTAM's preset."""
    return [config for config in PRESETS.values() if isinstance(config.trunk, RepVitConfig)]


LAYOUT = Layout(
    name="edgetam",
    title="EdgeTAM's checkpoint",
    marker="image_encoder.trunk.body.stem.conv1.c.weight",
    rules=(*repvit_rules("image_encoder.trunk.body"), *NECK, *HEADS, *PERCEIVER, *MEMORY),
    networks=repvit_networks,
    wrapper="model",
    suffix=".pt",
)
