"""Tests of the names in MobileSAM's checkpoint."""

import torch

from masklet.model.blank import blank_network
from masklet.model.formats.mobile_sam import LAYOUT
from masklet.model.formats.recognise import network_shapes
from masklet.model.presets import PRESETS

MOBILE = PRESETS["mobile-sam"]


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(MOBILE))
    assert len(shapes) == 439
    assert shapes["image_encoder.patch_embed.seq.2.c.weight"] == (64, 32, 3, 3)
    assert shapes["image_encoder.layers.0.blocks.1.conv2.bn.running_var"] == (256,)
    assert shapes["image_encoder.layers.2.blocks.5.attn.attention_biases"] == (5, 196)
    assert shapes["image_encoder.layers.2.downsample.conv3.c.weight"] == (320, 320, 1, 1)
    assert shapes["image_encoder.layers.3.blocks.0.local_conv.bn.num_batches_tracked"] == ()
    assert shapes["image_encoder.head.weight"] == (1000, 320)


def test_counters_stay_whole_numbers():
    state = {name: torch.zeros_like(value, device="cpu") for name, value in blank_network(MOBILE).state_dict().items()}
    counters = {name for name, value in LAYOUT.from_ours(state).items() if value.dtype == torch.int64}
    assert counters == {name for name in LAYOUT.shapes(network_shapes(MOBILE)) if name.endswith("num_batches_tracked")}
    assert counters
