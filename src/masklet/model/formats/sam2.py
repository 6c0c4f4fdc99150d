"""Meta's checkpoints of SAM 2 and SAM 2.1: `sam2_hiera_*.pt` and `sam2.1_hiera_*.pt`, {"model": state dict}."""

from __future__ import annotations

import re

from ..config import HieraConfig, NetworkConfig
from ..presets import PRESETS
from .layout import Layout, Rule, Shape

ATTENTION = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "out_proj"}
MLP_OUTSIDE = {"0": "0", "2": "1"}


def _padded(shape: Shape) -> Shape:
    """Embeddings are stored with axes of one: (1, C) as (1, 1, C), (T, C) as (T, 1, 1, C)."""
    return (1, *shape) if shape[0] == 1 else (shape[0], 1, 1, *shape[1:])


def _decoder_attention(match: re.Match[str]) -> str:
    block, kind, part, tail = match.groups()
    theirs = {
        "self_attention": "self_attn",
        "to_picture": "cross_attn_token_to_image",
        "to_tokens": "cross_attn_image_to_token",
    }[kind]
    return f"sam_mask_decoder.transformer.layers.{block}.{theirs}.{ATTENTION[part]}.{tail}"


def _memory_attention(match: re.Match[str]) -> str:
    layer, kind, part, tail = match.groups()
    theirs = {"self_attention": "self_attn", "cross_attention": "cross_attn_image"}[kind]
    return f"memory_attention.layers.{layer}.{theirs}.{ATTENTION[part]}.{tail}"


def _fuser(match: re.Match[str]) -> str:
    part = {"filter": "dwconv", "norm": "norm", "expand": "pwconv1", "project": "pwconv2"}[match[2]]
    return f"memory_encoder.fuser.layers.{match[1]}.{part}.{match[3]}"


HIERA = (
    Rule(r"trunk\.position", "image_encoder.trunk.pos_embed"),
    Rule(r"trunk\.window_position", "image_encoder.trunk.pos_embed_window"),
    Rule(r"trunk\.patches\.(\w+)", r"image_encoder.trunk.patch_embed.proj.\1"),
    Rule(r"trunk\.blocks\.(\d+)\.norm([12])\.(\w+)", r"image_encoder.trunk.blocks.\1.norm\2.\3"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.qkv\.(\w+)", r"image_encoder.trunk.blocks.\1.attn.qkv.\2"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.out\.(\w+)", r"image_encoder.trunk.blocks.\1.attn.proj.\2"),
    Rule(
        r"trunk\.blocks\.(\d+)\.mlp\.([02])\.(\w+)",
        lambda m: f"image_encoder.trunk.blocks.{m[1]}.mlp.layers.{MLP_OUTSIDE[m[2]]}.{m[3]}",
    ),
    Rule(r"trunk\.blocks\.(\d+)\.shortcut\.(\w+)", r"image_encoder.trunk.blocks.\1.proj.\2"),
)
NECK = (
    # theirs go from coarse to fine
    Rule(r"neck\.laterals\.(\d)\.(\w+)", lambda m: f"image_encoder.neck.convs.{3 - int(m[1])}.conv.{m[2]}"),
)
HEADS = (
    Rule(r"prompt_encoder\.labels", lambda _: [f"sam_prompt_encoder.point_embeddings.{k}.weight" for k in range(4)]),
    Rule(r"prompt_encoder\.padding", "sam_prompt_encoder.not_a_point_embed.weight"),
    Rule(r"prompt_encoder\.no_mask", "sam_prompt_encoder.no_mask_embed.weight"),
    Rule(r"prompt_encoder\.position\.frequencies", "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"),
    Rule(r"prompt_encoder\.mask\.(\d)\.(\w+)", r"sam_prompt_encoder.mask_downscaling.\1.\2"),
    Rule(r"mask_decoder\.presence_token", "sam_mask_decoder.obj_score_token.weight"),
    Rule(r"mask_decoder\.(iou|mask)_(tokens?)", r"sam_mask_decoder.\1_\2.weight"),
    Rule(r"mask_decoder\.blocks\.(\d)\.(self_attention|to_picture|to_tokens)\.(\w+)\.(\w+)", _decoder_attention),
    Rule(r"mask_decoder\.blocks\.(\d)\.norm(\d)\.(\w+)", r"sam_mask_decoder.transformer.layers.\1.norm\2.\3"),
    Rule(
        r"mask_decoder\.blocks\.(\d)\.mlp\.layers\.(\d)\.(\w+)",
        r"sam_mask_decoder.transformer.layers.\1.mlp.layers.\2.\3",
    ),
    Rule(
        r"mask_decoder\.last_attention\.(\w+)\.(\w+)",
        lambda m: f"sam_mask_decoder.transformer.final_attn_token_to_image.{ATTENTION[m[1]]}.{m[2]}",
    ),
    Rule(r"mask_decoder\.last_norm\.(\w+)", r"sam_mask_decoder.transformer.norm_final_attn.\1"),
    Rule(r"mask_decoder\.skip4\.(\w+)", r"sam_mask_decoder.conv_s0.\1"),
    Rule(r"mask_decoder\.skip8\.(\w+)", r"sam_mask_decoder.conv_s1.\1"),
    Rule(r"mask_decoder\.up8\.(\w+)", r"sam_mask_decoder.output_upscaling.0.\1"),
    Rule(r"mask_decoder\.up8_norm\.(\w+)", r"sam_mask_decoder.output_upscaling.1.\1"),
    Rule(r"mask_decoder\.up4\.(\w+)", r"sam_mask_decoder.output_upscaling.3.\1"),
    Rule(
        r"mask_decoder\.mask_heads\.(\d)\.layers\.(\d)\.(\w+)",
        r"sam_mask_decoder.output_hypernetworks_mlps.\1.layers.\2.\3",
    ),
    Rule(r"mask_decoder\.iou_head\.layers\.(\d)\.(\w+)", r"sam_mask_decoder.iou_prediction_head.layers.\1.\2"),
    Rule(r"mask_decoder\.presence_head\.layers\.(\d)\.(\w+)", r"sam_mask_decoder.pred_obj_score_head.layers.\1.\2"),
)
MEMORY = (
    Rule(r"memory_time", "maskmem_tpos_enc", _padded),
    Rule(r"no_memory", "no_mem_embed", _padded),
    Rule(r"no_memory_position", "no_mem_pos_enc", _padded),
    Rule(r"absent_pointer", "no_obj_ptr"),
    Rule(r"absent_memory", "no_obj_embed_spatial"),
    Rule(r"given_mask\.(\w+)", r"mask_downsample.\1"),
    Rule(r"pointer\.layers\.(\d)\.(\w+)", r"obj_ptr_proj.layers.\1.\2"),
    Rule(r"pointer_time\.(\w+)", r"obj_ptr_tpos_proj.\1"),
    Rule(
        r"memory_attention\.layers\.(\d)\.(self_attention|cross_attention)\.(\w+)\.(\w+)",
        _memory_attention,
    ),
    Rule(r"memory_attention\.(.+)", r"memory_attention.\1"),
    Rule(r"memory_encoder\.mask\.(\d+)\.(\w+)", r"memory_encoder.mask_downsampler.encoder.\1.\2"),
    Rule(r"memory_encoder\.picture\.(\w+)", r"memory_encoder.pix_feat_proj.\1"),
    Rule(r"memory_encoder\.fuser\.(\d)\.scale", r"memory_encoder.fuser.layers.\1.gamma"),
    Rule(r"memory_encoder\.fuser\.(\d)\.(\w+)\.(\w+)", _fuser),
    Rule(r"memory_encoder\.out\.(\w+)", r"memory_encoder.out_proj.\1"),
)


def hiera_networks() -> list[NetworkConfig]:
    """SAM 2's presets."""
    return [config for config in PRESETS.values() if isinstance(config.trunk, HieraConfig)]


LAYOUT = Layout(
    name="meta",
    title="Meta's SAM 2 checkpoint",
    marker="image_encoder.trunk.patch_embed.proj.weight",
    rules=(*HIERA, *NECK, *HEADS, *MEMORY),
    networks=hiera_networks,
    wrapper="model",
    suffix=".pt",
)
