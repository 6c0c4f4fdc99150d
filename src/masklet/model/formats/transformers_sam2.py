"""Hugging Face transformers' `Sam2VideoModel` and, without the memory, `Sam2Model`: model.safetensors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..config import NetworkConfig
from .layout import Layout, Rule, pictures_only
from .sam2 import _padded, hiera_networks

ATTENTION = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "o_proj"}
THREE = {"0": "proj_in", "1": "layers.0", "2": "proj_out"}  # of a multi-layer perceptron of three layers
TWO = {"0": "proj_in", "1": "proj_out", "2": "proj_out"}
MASK_EMBED = {"0": "conv1", "1": "layer_norm1", "3": "conv2", "4": "layer_norm2", "6": "conv3"}
DECODER = {
    "self_attention": "self_attn",
    "to_picture": "cross_attn_token_to_image",
    "to_tokens": "cross_attn_image_to_token",
}
MEMORY_ATTENTION = {"self_attention": "self_attn", "cross_attention": "cross_attn_image"}
FUSER = {"filter": "depthwise_conv", "norm": "layer_norm", "expand": "pointwise_conv1", "project": "pointwise_conv2"}
TRUNK = "vision_encoder.backbone"


def _downsampler(match: re.Match[str]) -> str:
    place = int(match[1])  # convolution, norm, activation, four times; then the last convolution
    if place == 12:
        return f"memory_encoder.mask_downsampler.final_conv.{match[2]}"
    part = ("conv", "layer_norm")[place % 3]
    return f"memory_encoder.mask_downsampler.layers.{place // 3}.{part}.{match[2]}"


HIERA = (
    Rule(r"trunk\.position", f"{TRUNK}.pos_embed"),
    Rule(r"trunk\.window_position", f"{TRUNK}.pos_embed_window"),
    Rule(r"trunk\.patches\.(\w+)", rf"{TRUNK}.patch_embed.projection.\1"),
    Rule(r"trunk\.blocks\.(\d+)\.norm([12])\.(\w+)", rf"{TRUNK}.blocks.\1.layer_norm\2.\3"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.qkv\.(\w+)", rf"{TRUNK}.blocks.\1.attn.qkv.\2"),
    Rule(r"trunk\.blocks\.(\d+)\.attention\.out\.(\w+)", rf"{TRUNK}.blocks.\1.attn.proj.\2"),
    Rule(r"trunk\.blocks\.(\d+)\.mlp\.([02])\.(\w+)", lambda m: f"{TRUNK}.blocks.{m[1]}.mlp.{TWO[m[2]]}.{m[3]}"),
    Rule(r"trunk\.blocks\.(\d+)\.shortcut\.(\w+)", rf"{TRUNK}.blocks.\1.proj.\2"),
)
REST = (
    Rule(r"neck\.laterals\.(\d)\.(\w+)", lambda m: f"vision_encoder.neck.convs.{3 - int(m[1])}.{m[2]}"),
    Rule(r"prompt_encoder\.labels", "prompt_encoder.point_embed.weight"),
    Rule(r"prompt_encoder\.padding", "prompt_encoder.not_a_point_embed.weight"),
    Rule(r"prompt_encoder\.no_mask", "prompt_encoder.no_mask_embed.weight"),
    Rule(
        r"prompt_encoder\.position\.frequencies",
        lambda _: [
            "shared_image_embedding.positional_embedding",
            "prompt_encoder.shared_embedding.positional_embedding",
        ],
        copies=True,
    ),
    Rule(r"prompt_encoder\.mask\.(\d)\.(\w+)", lambda m: f"prompt_encoder.mask_embed.{MASK_EMBED[m[1]]}.{m[2]}"),
    Rule(r"mask_decoder\.presence_token", "mask_decoder.obj_score_token.weight"),
    Rule(r"mask_decoder\.(iou|mask)_(tokens?)", r"mask_decoder.\1_\2.weight"),
    Rule(
        r"mask_decoder\.blocks\.(\d)\.(self_attention|to_picture|to_tokens)\.(\w+)\.(\w+)",
        lambda m: f"mask_decoder.transformer.layers.{m[1]}.{DECODER[m[2]]}.{ATTENTION[m[3]]}.{m[4]}",
    ),
    Rule(r"mask_decoder\.blocks\.(\d)\.norm(\d)\.(\w+)", r"mask_decoder.transformer.layers.\1.layer_norm\2.\3"),
    Rule(
        r"mask_decoder\.blocks\.(\d)\.mlp\.layers\.(\d)\.(\w+)",
        lambda m: f"mask_decoder.transformer.layers.{m[1]}.mlp.{TWO[m[2]]}.{m[3]}",
    ),
    Rule(
        r"mask_decoder\.last_attention\.(\w+)\.(\w+)",
        lambda m: f"mask_decoder.transformer.final_attn_token_to_image.{ATTENTION[m[1]]}.{m[2]}",
    ),
    Rule(r"mask_decoder\.last_norm\.(\w+)", r"mask_decoder.transformer.layer_norm_final_attn.\1"),
    Rule(r"mask_decoder\.skip4\.(\w+)", r"mask_decoder.conv_s0.\1"),
    Rule(r"mask_decoder\.skip8\.(\w+)", r"mask_decoder.conv_s1.\1"),
    Rule(r"mask_decoder\.up8\.(\w+)", r"mask_decoder.upscale_conv1.\1"),
    Rule(r"mask_decoder\.up8_norm\.(\w+)", r"mask_decoder.upscale_layer_norm.\1"),
    Rule(r"mask_decoder\.up4\.(\w+)", r"mask_decoder.upscale_conv2.\1"),
    Rule(
        r"mask_decoder\.mask_heads\.(\d)\.layers\.(\d)\.(\w+)",
        lambda m: f"mask_decoder.output_hypernetworks_mlps.{m[1]}.{THREE[m[2]]}.{m[3]}",
    ),
    Rule(
        r"mask_decoder\.(iou|presence)_head\.layers\.(\d)\.(\w+)",
        lambda m: (
            "mask_decoder."
            + {"iou": "iou_prediction_head", "presence": "pred_obj_score_head"}[m[1]]
            + f".{THREE[m[2]]}.{m[3]}"
        ),
    ),
    Rule(r"no_memory", "no_memory_embedding", _padded),
    Rule(r"memory_time", "memory_temporal_positional_encoding", _padded),
    Rule(r"no_memory_position", "no_memory_positional_encoding", _padded),
    Rule(r"absent_pointer", "no_object_pointer"),
    Rule(r"absent_memory", "occlusion_spatial_embedding_parameter"),
    Rule(r"given_mask\.(\w+)", r"mask_downsample.\1"),
    Rule(r"pointer\.layers\.(\d)\.(\w+)", lambda m: f"object_pointer_proj.{THREE[m[1]]}.{m[2]}"),
    Rule(r"pointer_time\.(\w+)", r"temporal_positional_encoding_projection_layer.\1"),
    Rule(
        r"memory_attention\.layers\.(\d)\.(self_attention|cross_attention)\.(\w+)\.(\w+)",
        lambda m: f"memory_attention.layers.{m[1]}.{MEMORY_ATTENTION[m[2]]}.{ATTENTION[m[3]]}.{m[4]}",
    ),
    Rule(r"memory_attention\.layers\.(\d)\.norm(\d)\.(\w+)", r"memory_attention.layers.\1.layer_norm\2.\3"),
    Rule(r"memory_attention\.layers\.(\d)\.(linear\d\.\w+)", r"memory_attention.layers.\1.\2"),
    Rule(r"memory_attention\.norm\.(\w+)", r"memory_attention.layer_norm.\1"),
    Rule(r"memory_encoder\.mask\.(\d+)\.(\w+)", _downsampler),
    Rule(r"memory_encoder\.picture\.(\w+)", r"memory_encoder.feature_projection.\1"),
    Rule(r"memory_encoder\.fuser\.(\d)\.scale", r"memory_encoder.memory_fuser.layers.\1.scale"),
    Rule(
        r"memory_encoder\.fuser\.(\d)\.(\w+)\.(\w+)",
        lambda m: f"memory_encoder.memory_fuser.layers.{m[1]}.{FUSER[m[2]]}.{m[3]}",
    ),
    Rule(r"memory_encoder\.out\.(\w+)", r"memory_encoder.projection.\1"),
)


def _networks() -> Sequence[NetworkConfig]:
    # without memory the two releases are one and the same network: the later one stands for both
    pictures = [pictures_only(config) for config in hiera_networks() if config.name.startswith("sam2.1-")]
    return [*hiera_networks(), *pictures]


LAYOUT = Layout(
    name="transformers",
    title="transformers' SAM 2 model",
    marker=f"{TRUNK}.patch_embed.projection.weight",
    rules=(*HIERA, *REST),
    networks=_networks,
)
