"""Tests of the names in Hugging Face's SAM 2 models."""

from masklet.model.formats.layout import pictures_only
from masklet.model.formats.recognise import network_shapes, recognise
from masklet.model.formats.transformers_sam2 import LAYOUT
from masklet.model.presets import PRESETS

TINY = PRESETS["sam2.1-tiny"]


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(TINY))
    assert shapes["vision_encoder.backbone.blocks.11.mlp.proj_out.weight"] == (768, 3072)
    assert shapes["vision_encoder.neck.convs.0.weight"] == (256, 768, 1, 1)
    assert shapes["prompt_encoder.point_embed.weight"] == (4, 256)
    assert shapes["prompt_encoder.mask_embed.conv3.weight"] == (256, 16, 1, 1)
    assert shapes["prompt_encoder.shared_embedding.positional_embedding"] == (2, 128)
    assert shapes["shared_image_embedding.positional_embedding"] == (2, 128)
    assert shapes["mask_decoder.iou_prediction_head.layers.0.weight"] == (256, 256)
    assert shapes["memory_encoder.mask_downsampler.layers.3.conv.weight"] == (256, 64, 3, 3)
    assert shapes["memory_encoder.mask_downsampler.final_conv.weight"] == (256, 256, 1, 1)
    assert shapes["memory_temporal_positional_encoding"] == (7, 1, 1, 64)
    assert shapes["occlusion_spatial_embedding_parameter"] == (1, 64)


def test_a_picture_model_has_no_memory_and_is_the_later_release():
    alone = pictures_only(TINY)
    shapes = LAYOUT.shapes(network_shapes(alone))
    assert not any("memory_attention" in name for name in shapes)
    assert shapes["no_memory_embedding"] == (1, 1, 256)
    found = recognise(shapes)
    assert found is not None and found.config == alone
