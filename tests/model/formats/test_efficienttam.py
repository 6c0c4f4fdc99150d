"""Tests of the names in EfficientTAM's checkpoints."""

from pathlib import Path

import pytest
import torch

from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.formats.convert import convert_checkpoint, describe_checkpoint
from masklet.model.formats.efficienttam import LAYOUT
from masklet.model.formats.recognise import network_shapes, recognise
from masklet.model.presets import PRESETS
from tests.model.random_weights import random_network

TINY = PRESETS["efficienttam-ti"]


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(PRESETS["efficienttam-s"]))
    assert len(shapes) == 455
    assert shapes["image_encoder.trunk.pos_embed"] == (1, 197, 384)
    assert shapes["image_encoder.trunk.blocks.11.mlp.layers.1.weight"] == (384, 1536)
    assert shapes["image_encoder.neck.convs.0.conv_1x1.weight"] == (256, 384, 1, 1)
    assert shapes["image_encoder.neck.convs.0.norm_1.bias"] == (256,)
    assert shapes["memory_attention.layers.3.cross_attn_image.v_proj.weight"] == (256, 64)
    assert not any(name in shapes for name in ("sam_mask_decoder.conv_s0.weight", "no_obj_embed_spatial"))


def test_the_files_name_tells_which_of_the_like_networks_it_is():
    shapes = LAYOUT.shapes(network_shapes(TINY))
    names = {"efficienttam_ti_1", "efficienttam_ti_2", "efficienttam_ti_512x512", "efficienttam-ti"}
    assert {recognise(shapes, name).config.name for name in names} == {name.replace("_", "-") for name in names}
    assert recognise(shapes).config == TINY
    assert recognise(shapes, "efficienttam_s").config == TINY  # tensors say what they are


def test_a_copy_in_masklets_own_layout_keeps_which_one_it_was(tmp_path: Path) -> None:
    pooled = PRESETS["efficienttam-ti-1"]
    source = tmp_path / "efficienttam_ti_1.pt"
    torch.save({"model": LAYOUT.from_ours(random_network(pooled).state_dict())}, source)
    assert convert_checkpoint(source, tmp_path / "own.safetensors", "masklet") == pooled
    assert describe_checkpoint(tmp_path / "own.safetensors").network == pooled.name
    assert load_network(tmp_path / "own.safetensors").config == pooled
    with pytest.raises(CheckpointError, match=r"taken for efficienttam-ti, .* call it .*/efficienttam_ti_1\.pt$"):
        convert_checkpoint(tmp_path / "own.safetensors", tmp_path / "back.pt", "published")
    assert not (tmp_path / "back.pt").exists()
    back = tmp_path / "back" / "efficienttam_ti_1.pt"
    back.parent.mkdir()
    convert_checkpoint(tmp_path / "own.safetensors", back, "published")
    assert load_network(back).config == pooled
    before, after = (torch.load(path, weights_only=True)["model"] for path in (source, back))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
