"""Tests of the names in Meta's SAM checkpoints."""

from masklet.model.formats.recognise import network_shapes
from masklet.model.formats.sam import LAYOUT
from masklet.model.presets import PRESETS


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(PRESETS["sam-vit-b"]))
    assert len(shapes) == 314
    assert shapes["image_encoder.pos_embed"] == (1, 64, 64, 768)
    assert shapes["image_encoder.blocks.2.attn.rel_pos_h"] == (127, 64)  # a block over the whole picture
    assert shapes["image_encoder.blocks.3.attn.rel_pos_w"] == (27, 64)
    assert shapes["prompt_encoder.point_embeddings.3.weight"] == (1, 256)
    assert shapes["mask_decoder.transformer.layers.1.cross_attn_image_to_token.out_proj.weight"] == (256, 128)
    assert shapes["mask_decoder.output_upscaling.3.weight"] == (64, 32, 2, 2)


def test_three_sizes():
    assert [config.name for config in LAYOUT.networks()] == ["sam-vit-b", "sam-vit-l", "sam-vit-h"]
