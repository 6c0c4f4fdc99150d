"""MobileSAM's checkpoint, `mobile_sam.pt`: a bare state dict, TinyViT's names for the trunk and SAM's after it."""

from __future__ import annotations

import re

from ..config import NetworkConfig, TinyVitConfig
from ..presets import PRESETS
from .layout import Layout, Rule
from .sam import HEADS, NECK

CONV = {"conv": "c", "norm": "bn"}
STEPS = {"expand": "conv1", "filter": "conv2", "project": "conv3"}
MLP = {"0": "norm", "1": "fc1", "3": "fc2"}


def _stem(match: re.Match[str]) -> str:
    place = {"1": 0, "2": 2}[match[1]]  # the activation lies between
    return f"image_encoder.patch_embed.seq.{place}.{CONV[match[2]]}.{match[3]}"


def _block_step(match: re.Match[str]) -> str:
    stage, block, step, part, tail = match.groups()
    return f"image_encoder.layers.{stage}.blocks.{block}.{STEPS[step]}.{CONV[part]}.{tail}"


def _merge(match: re.Match[str]) -> str:
    stage, step, part, tail = match.groups()
    return f"image_encoder.layers.{stage}.downsample.{STEPS[step]}.{CONV[part]}.{tail}"


BLOCK = r"trunk\.stages\.(\d)\.(\d+)"
THEIRS = r"image_encoder.layers.\1.blocks.\2"
TINY_VIT = (
    Rule(r"trunk\.stem([12])\.(conv|norm)\.(\w+)", _stem),
    Rule(BLOCK + r"\.(expand|filter|project)\.(conv|norm)\.(\w+)", _block_step),
    Rule(r"trunk\.merges\.(\d)\.(expand|filter|project)\.(conv|norm)\.(\w+)", _merge),
    Rule(BLOCK + r"\.attention\.(norm|qkv)\.(\w+)", THEIRS + r".attn.\3.\4"),
    Rule(BLOCK + r"\.attention\.out\.(\w+)", THEIRS + r".attn.proj.\3"),
    Rule(BLOCK + r"\.attention\.biases", THEIRS + r".attn.attention_biases"),
    Rule(
        BLOCK + r"\.local\.(conv|norm)\.(\w+)",
        lambda m: m.expand(THEIRS) + f".local_conv.{CONV[m[3]]}.{m[4]}",
    ),
    Rule(BLOCK + r"\.mlp\.([013])\.(\w+)", lambda m: m.expand(THEIRS) + f".mlp.{MLP[m[3]]}.{m[4]}"),
    Rule(r"trunk\.classifier\.0\.(\w+)", r"image_encoder.norm_head.\1"),
    Rule(r"trunk\.classifier\.1\.(\w+)", r"image_encoder.head.\1"),
)


def tiny_vit_networks() -> list[NetworkConfig]:
    """MobileSAM's preset."""
    return [config for config in PRESETS.values() if isinstance(config.trunk, TinyVitConfig)]


LAYOUT = Layout(
    name="mobile-sam",
    title="MobileSAM's checkpoint",
    marker="image_encoder.patch_embed.seq.0.c.weight",
    rules=(*TINY_VIT, *NECK, *HEADS),
    networks=tiny_vit_networks,
    suffix=".pt",
)
