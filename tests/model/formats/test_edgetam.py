"""Tests of the names in EdgeTAM's checkpoint."""

import torch

from masklet.model.blank import blank_network
from masklet.model.formats.edgetam import LAYOUT
from masklet.model.formats.recognise import network_shapes
from masklet.model.presets import PRESETS

EDGETAM = PRESETS["edgetam"]


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(EDGETAM))
    assert len(shapes) == 982
    trunk = "image_encoder.trunk.body"
    assert shapes[f"{trunk}.stem.conv2.c.weight"] == (48, 24, 3, 3)
    assert shapes[f"{trunk}.stages_0.blocks.1.token_mixer.conv1.bn.running_var"] == (48,)
    assert shapes[f"{trunk}.stages_2.blocks.12.se.fc1.weight"] == (48, 192, 1, 1)
    assert f"{trunk}.stages_2.blocks.13.se.fc1.weight" not in shapes
    assert shapes[f"{trunk}.stages_3.downsample.pre_block.channel_mixer.conv2.c.weight"] == (192, 384, 1, 1)
    assert shapes[f"{trunk}.stages_3.downsample.spatial_downsample.c.weight"] == (192, 1, 3, 3)
    assert shapes[f"{trunk}.stages_3.downsample.ffn.conv1.bn.num_batches_tracked"] == ()
    assert shapes["image_encoder.neck.convs.0.conv.weight"] == (256, 384, 1, 1)
    assert shapes["spatial_perceiver.latents_2d"] == (256, 64)
    assert shapes["spatial_perceiver.layers.1.attn.to_kv.weight"] == (128, 64)
    assert shapes["spatial_perceiver.layers.0.self_ff.3.weight"] == (64, 256)
    assert shapes["memory_attention.layers.1.cross_attn_image.k_proj.weight"] == (256, 64)
    assert "memory_attention.layers.2.norm1.weight" not in shapes
    assert "no_obj_embed_spatial" not in shapes


def test_counters_stay_whole_numbers():
    state = {n: torch.zeros_like(value, device="cpu") for n, value in blank_network(EDGETAM).state_dict().items()}
    counters = {name for name, value in LAYOUT.from_ours(state).items() if value.dtype == torch.int64}
    assert counters == {n for n in LAYOUT.shapes(network_shapes(EDGETAM)) if n.endswith("num_batches_tracked")}
    assert counters
