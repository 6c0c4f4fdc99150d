"""Tests of the names in Meta's checkpoints of SAM 2."""

from masklet.model.formats.recognise import network_shapes
from masklet.model.formats.sam2 import LAYOUT
from masklet.model.presets import PRESETS


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(PRESETS["sam2.1-tiny"]))
    assert shapes["image_encoder.trunk.pos_embed"] == (1, 96, 7, 7)
    assert shapes["image_encoder.trunk.blocks.3.proj.weight"] == (384, 192)
    assert shapes["image_encoder.trunk.blocks.11.mlp.layers.1.weight"] == (768, 3072)
    assert shapes["image_encoder.neck.convs.0.conv.weight"] == (256, 768, 1, 1)
    assert shapes["image_encoder.neck.convs.3.conv.weight"] == (256, 96, 1, 1)
    assert shapes["sam_prompt_encoder.point_embeddings.3.weight"] == (1, 256)
    assert shapes["sam_mask_decoder.transformer.layers.1.cross_attn_token_to_image.q_proj.weight"] == (128, 256)
    assert shapes["memory_attention.layers.3.cross_attn_image.k_proj.weight"] == (256, 64)
    assert shapes["memory_encoder.fuser.layers.1.dwconv.weight"] == (256, 1, 7, 7)
    assert shapes["maskmem_tpos_enc"] == (7, 1, 1, 64)
    assert shapes["no_mem_embed"] == (1, 1, 256)
    assert shapes["obj_ptr_tpos_proj.weight"] == (64, 256)
    assert shapes["no_obj_embed_spatial"] == (1, 64)


def test_what_the_first_release_lacks():
    first, second = (LAYOUT.shapes(network_shapes(PRESETS[f"{name}-tiny"])) for name in ("sam2", "sam2.1"))
    assert second.keys() - first.keys() == {
        "obj_ptr_tpos_proj.weight",
        "obj_ptr_tpos_proj.bias",
        "no_obj_embed_spatial",
    }
    assert not first.keys() - second.keys()
