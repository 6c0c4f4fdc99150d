"""Meta's checkpoints of SAM: `sam_vit_{b,l,h}_*.pth`, a bare state dict."""

from __future__ import annotations

import re

from ..config import NetworkConfig, VitConfig
from ..presets import PRESETS
from .layout import Layout, Rule

ATTENTION = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "out_proj"}
TWO = {"0": "lin1", "1": "lin2", "2": "lin2"}  # of a multi-layer perceptron of two layers
DECODER = {
    "self_attention": "self_attn",
    "to_picture": "cross_attn_token_to_image",
    "to_tokens": "cross_attn_image_to_token",
}


def _decoder_attention(match: re.Match[str]) -> str:
    block, kind, part, tail = match.groups()
    return f"mask_decoder.transformer.layers.{block}.{DECODER[kind]}.{ATTENTION[part]}.{tail}"


VIT = (
    Rule(r"trunk\.position", "image_encoder.pos_embed"),
    Rule(r"trunk\.patches\.(\w+)", r"image_encoder.patch_embed.proj.\1"),
    Rule(r"trunk\.blocks\.(\d+)\.norm([12])\.(\w+)", r"image_encoder.blocks.\1.norm\2.\3"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.qkv\.(\w+)", r"image_encoder.blocks.\1.attn.qkv.\2"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.out\.(\w+)", r"image_encoder.blocks.\1.attn.proj.\2"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.rows", r"image_encoder.blocks.\1.attn.rel_pos_h"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.columns", r"image_encoder.blocks.\1.attn.rel_pos_w"),
    Rule(r"trunk\.blocks\.(\d+)\.mlp\.([02])\.(\w+)", lambda m: f"image_encoder.blocks.{m[1]}.mlp.{TWO[m[2]]}.{m[3]}"),
)
# what follows the trunk has the same names in MobileSAM
NECK = (Rule(r"neck\.layers\.(\d)\.(\w+)", r"image_encoder.neck.\1.\2"),)
HEADS = (
    Rule(r"prompt_encoder\.labels", lambda _: [f"prompt_encoder.point_embeddings.{k}.weight" for k in range(4)]),
    Rule(r"prompt_encoder\.padding", "prompt_encoder.not_a_point_embed.weight"),
    Rule(r"prompt_encoder\.no_mask", "prompt_encoder.no_mask_embed.weight"),
    Rule(r"prompt_encoder\.position\.frequencies", "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"),
    Rule(r"prompt_encoder\.mask\.(\d)\.(\w+)", r"prompt_encoder.mask_downscaling.\1.\2"),
    Rule(r"mask_decoder\.(iou|mask)_(tokens?)", r"mask_decoder.\1_\2.weight"),
    Rule(r"mask_decoder\.blocks\.(\d)\.(self_attention|to_picture|to_tokens)\.(\w+)\.(\w+)", _decoder_attention),
    Rule(r"mask_decoder\.blocks\.(\d)\.norm(\d)\.(\w+)", r"mask_decoder.transformer.layers.\1.norm\2.\3"),
    Rule(
        r"mask_decoder\.blocks\.(\d)\.mlp\.layers\.(\d)\.(\w+)",
        lambda m: f"mask_decoder.transformer.layers.{m[1]}.mlp.{TWO[m[2]]}.{m[3]}",
    ),
    Rule(
        r"mask_decoder\.last_attention\.(\w+)\.(\w+)",
        lambda m: f"mask_decoder.transformer.final_attn_token_to_image.{ATTENTION[m[1]]}.{m[2]}",
    ),
    Rule(r"mask_decoder\.last_norm\.(\w+)", r"mask_decoder.transformer.norm_final_attn.\1"),
    Rule(r"mask_decoder\.up8\.(\w+)", r"mask_decoder.output_upscaling.0.\1"),
    Rule(r"mask_decoder\.up8_norm\.(\w+)", r"mask_decoder.output_upscaling.1.\1"),
    Rule(r"mask_decoder\.up4\.(\w+)", r"mask_decoder.output_upscaling.3.\1"),
    Rule(
        r"mask_decoder\.mask_heads\.(\d)\.layers\.(\d)\.(\w+)",
        r"mask_decoder.output_hypernetworks_mlps.\1.layers.\2.\3",
    ),
    Rule(r"mask_decoder\.iou_head\.layers\.(\d)\.(\w+)", r"mask_decoder.iou_prediction_head.layers.\1.\2"),
)


def vit_networks() -> list[NetworkConfig]:
    """SAM's presets."""
    return [config for config in PRESETS.values() if isinstance(config.trunk, VitConfig) and config.memory is None]


LAYOUT = Layout(
    name="meta-sam",
    title="Meta's SAM checkpoint",
    marker="image_encoder.patch_embed.proj.weight",
    rules=(*VIT, *NECK, *HEADS),
    networks=vit_networks,
    suffix=".pth",
)
