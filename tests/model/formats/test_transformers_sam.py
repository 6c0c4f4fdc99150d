"""Tests of the names in files of transformers' SAM models."""

from masklet.model.formats.recognise import network_shapes, recognise
from masklet.model.formats.transformers_sam import LAYOUT
from masklet.model.presets import PRESETS


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(PRESETS["sam-vit-l"]))
    assert shapes["vision_encoder.layers.23.attn.qkv.weight"] == (3072, 1024)
    assert shapes["vision_encoder.neck.conv2.weight"] == (256, 256, 3, 3)
    assert shapes["prompt_encoder.mask_embed.layer_norm2.bias"] == (16,)
    assert shapes["mask_decoder.iou_prediction_head.proj_out.weight"] == (4, 256)


def test_the_shared_positions_may_be_stored_once():
    shapes = dict(LAYOUT.shapes(network_shapes(PRESETS["sam-vit-l"])))
    del shapes["prompt_encoder.shared_embedding.positional_embedding"]
    found = recognise(shapes)
    assert found is not None
    assert (found.config.name, found.faults) == ("sam-vit-l", ())
