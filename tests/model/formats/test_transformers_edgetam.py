"""Tests of the names in files of transformers' EdgeTAM models."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.formats import edgetam
from masklet.model.formats.convert import convert_checkpoint, describe_checkpoint
from masklet.model.formats.layout import pictures_only
from masklet.model.formats.recognise import network_shapes, recognise
from masklet.model.formats.transformers_edgetam import LAYOUT
from masklet.model.presets import PRESETS
from tests.model.random_weights import random_network

EDGETAM = PRESETS["edgetam"]


def test_the_published_names():
    shapes = LAYOUT.shapes(network_shapes(EDGETAM))
    assert len(shapes) == 984
    trunk = "vision_encoder.backbone.timm_model"
    assert shapes[f"{trunk}.stages_1.downsample.channel_downsample.c.weight"] == (96, 48, 1, 1)
    assert shapes["spatial_perceiver.layers.1.cross_attention.k_proj.weight"] == (64, 64)
    assert shapes["spatial_perceiver.layers.1.self_mlp.up_proj.weight"] == (256, 64)
    assert shapes["spatial_perceiver.layers.1.layer_norm_input.bias"] == (64,)
    assert shapes["memory_attention.layers.0.mlp.down_proj.weight"] == (256, 2048)
    assert shapes["vision_encoder.neck.convs.3.weight"] == (256, 48, 1, 1)


def test_a_picture_model_is_told_apart():
    found = recognise(LAYOUT.shapes(network_shapes(pictures_only(EDGETAM))))
    assert found is not None
    assert (found.layout.name, found.config, found.faults) == ("transformers-edgetam", pictures_only(EDGETAM), ())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """EdgeTAM's checkpoint with random weights."""
    path = tmp_path_factory.mktemp("published") / "any_name.pt"
    torch.save({"model": edgetam.LAYOUT.from_ours(random_network(EDGETAM).state_dict())}, path)
    return path


def test_one_way_and_the_other_to_the_bit(published: Path, tmp_path: Path) -> None:
    for to in ("masklet", "transformers"):
        assert convert_checkpoint(published, tmp_path / "there.safetensors", to) == EDGETAM
        described = describe_checkpoint(tmp_path / "there.safetensors")
        assert (described.network, described.fault, described.video) == ("edgetam", "", True)
        convert_checkpoint(tmp_path / "there.safetensors", tmp_path / "back.pt", "published")
        before, after = (torch.load(path, weights_only=True)["model"] for path in (published, tmp_path / "back.pt"))
        assert before.keys() == after.keys()
        assert all(torch.equal(before[name], after[name]) for name in before)
    assert load_network(tmp_path / "there.safetensors").config == EDGETAM


def test_what_is_missing_is_named(published: Path, tmp_path: Path) -> None:
    held = torch.load(published, weights_only=True)["model"]
    del held["spatial_perceiver.latents_2d"]
    torch.save({"model": held}, tmp_path / "lacking.pt")
    with pytest.raises(CheckpointError, match=r"of edgetam, but lacks spatial_perceiver\.latents_2d"):
        load_network(tmp_path / "lacking.pt")
    theirs = LAYOUT.from_ours(random_network(EDGETAM).state_dict())
    theirs["spatial_perceiver.latents_1d"] = torch.zeros(2, 64)
    save_file({name: value.clone() for name, value in theirs.items()}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match=r"latents_1d is \(2, 64\), not \(256, 64\)"):
        load_network(tmp_path / "other.safetensors")
