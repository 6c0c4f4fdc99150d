"""Hugging Face transformers' `SamModel`: model.safetensors."""

from __future__ import annotations

from .layout import Layout, Rule
from .sam import DECODER, TWO, vit_networks

ATTENTION = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "out_proj"}
THREE = {"0": "proj_in", "1": "layers.0", "2": "proj_out"}  # of a multi-layer perceptron of three layers
MASK_EMBED = {"0": "conv1", "1": "layer_norm1", "3": "conv2", "4": "layer_norm2", "6": "conv3"}
NECK = {"0": "conv1", "1": "layer_norm1", "2": "conv2", "3": "layer_norm2"}

LAYER = r"trunk\.blocks\.(\d+)"
THEIRS = r"vision_encoder.layers.\1"
RULES = (
    Rule(r"trunk\.position", "vision_encoder.pos_embed"),
    Rule(r"trunk\.patches\.(\w+)", r"vision_encoder.patch_embed.projection.\1"),
    Rule(LAYER + r"\.norm([12])\.(\w+)", THEIRS + r".layer_norm\2.\3"),
    Rule(LAYER + r"\.attention\.qkv\.(\w+)", THEIRS + r".attn.qkv.\2"),
    Rule(LAYER + r"\.attention\.out\.(\w+)", THEIRS + r".attn.proj.\2"),
    Rule(LAYER + r"\.attention\.rows", THEIRS + r".attn.rel_pos_h"),
    Rule(LAYER + r"\.attention\.columns", THEIRS + r".attn.rel_pos_w"),
    Rule(LAYER + r"\.mlp\.([02])\.(\w+)", lambda m: m.expand(THEIRS) + f".mlp.{TWO[m[2]]}.{m[3]}"),
    Rule(r"neck\.layers\.(\d)\.(\w+)", lambda m: f"vision_encoder.neck.{NECK[m[1]]}.{m[2]}"),
    Rule(r"prompt_encoder\.labels", lambda _: [f"prompt_encoder.point_embed.{k}.weight" for k in range(4)]),
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
    Rule(r"mask_decoder\.up8\.(\w+)", r"mask_decoder.upscale_conv1.\1"),
    Rule(r"mask_decoder\.up8_norm\.(\w+)", r"mask_decoder.upscale_layer_norm.\1"),
    Rule(r"mask_decoder\.up4\.(\w+)", r"mask_decoder.upscale_conv2.\1"),
    Rule(
        r"mask_decoder\.mask_heads\.(\d)\.layers\.(\d)\.(\w+)",
        lambda m: f"mask_decoder.output_hypernetworks_mlps.{m[1]}.{THREE[m[2]]}.{m[3]}",
    ),
    Rule(
        r"mask_decoder\.iou_head\.layers\.(\d)\.(\w+)",
        lambda m: f"mask_decoder.iou_prediction_head.{THREE[m[1]]}.{m[2]}",
    ),
)

LAYOUT = Layout(
    name="transformers-sam",
    title="transformers' SAM model",
    marker="vision_encoder.patch_embed.projection.weight",
    rules=RULES,
    networks=vit_networks,
)
