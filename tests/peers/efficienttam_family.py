"""EfficientTAM's published code with random weights. Its package brings no configurations: they stand here."""

from __future__ import annotations

from typing import Any

import torch

from masklet.model.config import NetworkConfig, PlainVitConfig
from tests.peers.sam_family import draw_weights

ROTARY = {None: "RoPEAttention", "counted": "EfficientRoPEAttention1", "raised": "EfficientRoPEAttention2"}


def build(config: NetworkConfig, *, video: bool, presence: float) -> Any:
    """The published network of one of EfficientTAM's presets, as pictures' or videos' predictor. Within `published`.

    presence: the bias of the layer that tells whether an object is there."""
    from hydra.utils import instantiate

    if video:
        owner, extra = "sam2_video_predictor.SAM2VideoPredictor", {"binarize_mask_from_pts_for_mem_enc": True}
    else:
        owner, extra = "modeling.sam2_base.SAM2Base", {}
    peer = instantiate({"_target_": f"sam2.{owner}", **_network(config), **extra})
    draw_weights(peer, 0)
    with torch.no_grad():
        head = peer.sam_mask_decoder.pred_obj_score_head.layers[-1]
        head.weight.mul_(20)
        head.bias.fill_(presence)
        for name, value in peer.named_parameters():
            if name.endswith("gamma"):
                value.fill_(0.1)
            elif name.endswith("norm_1.weight"):
                value.mul_(2)  # the picture tells more than what is added to it
            elif "cross_attn_image" in name and name.endswith(("v_proj.weight", "out_proj.weight")):
                value.mul_(2)
    return peer.eval()


def _sine(channels: int) -> dict[str, Any]:
    return {
        "_target_": "sam2.modeling.position_encoding.PositionEmbeddingSine",
        "num_pos_feats": channels,
        "normalize": True,
        "scale": None,
        "temperature": 10000,
    }


def _attention(kind: str, **rest: Any) -> dict[str, Any]:
    return {
        "_target_": f"sam2.modeling.sam.transformer.{kind}",
        "rope_theta": 10000.0,
        "feat_sizes": [32, 32],
        "embedding_dim": 256,
        "num_heads": 1,
        "downsample_rate": 1,
        "dropout": 0.1,
        **rest,
    }


def _network(config: NetworkConfig) -> dict[str, Any]:
    trunk = config.trunk
    assert isinstance(trunk, PlainVitConfig)
    encoder = {
        "_target_": "sam2.modeling.backbones.image_encoder.ImageEncoder",
        "scalp": 0,
        "trunk": {
            "_target_": "sam2.modeling.backbones.vitdet.ViT",
            "patch_size": 16,
            "embed_dim": trunk.channels,
            "depth": trunk.blocks,
            "num_heads": trunk.heads,
            "mlp_ratio": 4.0,
            "qkv_bias": True,
            "drop_path_rate": 0.0,
            "use_rel_pos": False,
            "window_size": trunk.window,
            "window_block_indexes": [n for n in range(trunk.blocks) if n not in trunk.global_blocks],
        },
        "neck": {
            "_target_": "sam2.modeling.backbones.image_encoder.ViTDetNeck",
            "position_encoding": _sine(256),
            "d_model": 256,
            "backbone_channel_list": [trunk.channels],
            "neck_norm": "LN",
        },
    }
    attention = {
        "_target_": "sam2.modeling.memory_attention.MemoryAttention",
        "d_model": 256,
        "pos_enc_at_input": True,
        "num_layers": 4,
        "layer": {
            "_target_": "sam2.modeling.memory_attention.MemoryAttentionLayer",
            "activation": "relu",
            "dim_feedforward": 2048,
            "dropout": 0.1,
            "pos_enc_at_attn": False,
            "self_attention": _attention("RoPEAttention"),
            "d_model": 256,
            "pos_enc_at_cross_attn_keys": True,
            "pos_enc_at_cross_attn_queries": False,
            "cross_attention": _attention(ROTARY[config.video.pooling], rope_k_repeat=True, kv_in_dim=64),
        },
    }
    block = {"dim": 256, "kernel_size": 7, "padding": 3, "layer_scale_init_value": 1e-6, "use_dwconv": True}
    encoding = "sam2.modeling.memory_encoder"
    memory = {
        "_target_": f"{encoding}.MemoryEncoder",
        "out_dim": 64,
        "position_encoding": _sine(64),
        "mask_downsampler": {"_target_": f"{encoding}.MaskDownSampler", "kernel_size": 3, "stride": 2, "padding": 1},
        "fuser": {
            "_target_": f"{encoding}.Fuser",
            "layer": {"_target_": f"{encoding}.CXBlock", **block},
            "num_layers": 2,
        },
    }
    switches = (
        "use_mask_input_as_output_without_sam directly_add_no_mem_embed multimask_output_in_sam "
        "iou_prediction_use_sigmoid use_obj_ptrs_in_encoder only_obj_ptrs_in_the_past_for_eval pred_obj_scores "
        "pred_obj_scores_mlp fixed_no_obj_ptr multimask_output_for_tracking use_multimask_token_for_obj_ptr "
        "use_mlp_for_obj_ptr_proj"
    )
    return {
        "image_encoder": encoder,
        "memory_attention": attention,
        "memory_encoder": memory,
        "num_maskmem": 7,
        "image_size": config.picture_size,
        "sigmoid_scale_for_mem_enc": 20.0,
        "sigmoid_bias_for_mem_enc": -10.0,
        "use_high_res_features_in_sam": False,
        "add_tpos_enc_to_obj_ptrs": False,
        "multimask_min_pt_num": 0,
        "multimask_max_pt_num": 1,
        **dict.fromkeys(switches.split(), True),
        "sam_mask_decoder_extra_args": {
            "dynamic_multimask_via_stability": True,
            "dynamic_multimask_stability_delta": 0.05,
            "dynamic_multimask_stability_thresh": 0.98,
        },
    }
