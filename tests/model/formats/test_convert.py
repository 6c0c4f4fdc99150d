"""Published files are recognised by what is in them, load as they are, and come back from a conversion bit for bit."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.formats import LAYOUTS, mobile_sam
from masklet.model.formats.convert import convert_checkpoint, describe_checkpoint
from masklet.model.formats.layout import pictures_only
from masklet.model.formats.recognise import layout_for, network_shapes, recognise
from masklet.model.presets import PRESETS
from tests.model.random_weights import random_network

TINY = PRESETS["sam2.1-tiny"]


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    """Random weights in masklet's names."""
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=generator) * 0.02 for name, shape in network_shapes(TINY).items()}


@pytest.fixture(scope="module")
def published(tensors: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Meta's layout."""
    layout = layout_for("published", TINY)
    assert layout is not None
    path = tmp_path_factory.mktemp("published") / "any_name.pt"
    torch.save({"model": layout.from_ours(tensors)}, path)
    return path


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_network_is_told_by_names_and_shapes(layout) -> None:
    for config in layout.networks():
        ours = network_shapes(config)
        theirs = layout.shapes(ours)
        assert len(theirs) >= len(ours)
        found = recognise(theirs, config.name)
        assert found is not None and (found.layout.name, found.config, found.faults) == (layout.name, config, ())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_table_is_read_in_both_directions(layout) -> None:
    config = layout.networks()[0]
    shapes = network_shapes(config)
    small = {name: torch.arange(float(torch.Size(shape).numel())).reshape(shape) for name, shape in shapes.items()}
    back = layout.to_ours(layout.from_ours(small), shapes)
    assert back.keys() == small.keys()
    assert all(torch.equal(back[name], small[name]) for name in small)


def test_the_network_of_a_published_file_has_its_weights(published: Path, tensors: dict[str, torch.Tensor]) -> None:
    network = load_network(published)
    assert network.config == TINY
    assert all(torch.equal(value, tensors[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize("to", ["masklet", "transformers"])
def test_there_and_back_again_to_the_bit(published: Path, tmp_path: Path, to: str) -> None:
    assert convert_checkpoint(published, tmp_path / "there.safetensors", to) == TINY
    described = describe_checkpoint(tmp_path / "there.safetensors")
    assert (described.network, described.fault, described.video) == ("sam2.1-tiny", "", True)
    convert_checkpoint(tmp_path / "there.safetensors", tmp_path / "back.pt", "published")
    before, after = (torch.load(path, weights_only=True)["model"] for path in (published, tmp_path / "back.pt"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_half_precision_stays_half(tensors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    layout = layout_for("transformers", TINY)
    assert layout is not None
    halves = {name: value.bfloat16().clone() for name, value in layout.from_ours(tensors).items()}
    save_file(halves, tmp_path / "halves.safetensors")
    assert describe_checkpoint(tmp_path / "halves.safetensors").dtypes == ("bfloat16",)
    convert_checkpoint(tmp_path / "halves.safetensors", tmp_path / "meta.pt", "published")
    convert_checkpoint(tmp_path / "meta.pt", tmp_path / "again.safetensors", "transformers")
    again = load_file(tmp_path / "again.safetensors")
    assert all(torch.equal(halves[name], again[name]) for name in halves)


def test_a_picture_model_says_that_it_follows_nothing(tensors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    layout, alone = layout_for("transformers", TINY), pictures_only(TINY)
    assert layout is not None
    kept = {name: tensors[name] for name in network_shapes(alone)}
    save_file({n: v.clone() for n, v in layout.from_ours(kept).items()}, tmp_path / "model.safetensors")
    assert load_network(tmp_path / "model.safetensors").config == alone
    assert not describe_checkpoint(tmp_path).video  # a hub's folder will do
    with pytest.raises(CheckpointError, match=r"sam2\.1-tiny without its memory has no layout 'masklet': choose "):
        convert_checkpoint(tmp_path, tmp_path / "own.safetensors", "masklet")


def test_training_states_and_wrapped_names_are_read(published: Path, tmp_path: Path) -> None:
    held = torch.load(published, weights_only=True)["model"]
    wrapped = {"module." + name: value for name, value in held.items()}
    torch.save({"model": wrapped, "epoch": 3, "optimizer": {"state": {}}}, tmp_path / "last.pt")
    assert load_network(tmp_path / "last.pt").config == TINY


def test_shards_are_put_together(published: Path, tmp_path: Path) -> None:
    import json

    convert_checkpoint(published, tmp_path / "whole.safetensors", "transformers")
    whole = load_file(tmp_path / "whole.safetensors")
    (tmp_path / "whole.safetensors").unlink()
    names = sorted(whole)
    files = {"model-00001-of-00002.safetensors": names[:200], "model-00002-of-00002.safetensors": names[200:]}
    for file, part in files.items():
        save_file({name: whole[name] for name in part}, tmp_path / file)
    index = {"weight_map": {name: file for file, part in files.items() for name in part}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert load_network(tmp_path).config == TINY
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match="this shard is missing; the index names 2"):
        load_network(tmp_path)
    index["weight_map"][names[0]] = "../elsewhere.safetensors"
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match="names files outside its folder"):
        load_network(tmp_path)


def test_a_layout_that_a_network_has_not_is_refused(tmp_path: Path) -> None:
    from tests.model.random_weights import write_random_nano

    write_random_nano(tmp_path / "nano.safetensors")
    with pytest.raises(CheckpointError, match="nano has no layout 'published': choose masklet$"):
        convert_checkpoint(tmp_path / "nano.safetensors", tmp_path / "out.pt", "published")
    assert not (tmp_path / "out.pt").exists()


def test_a_refusal_names_the_layouts_that_there_are(tmp_path: Path) -> None:
    state = random_network(PRESETS["mobile-sam"]).state_dict()
    torch.save(mobile_sam.LAYOUT.from_ours(state), tmp_path / "mobile.pt")
    with pytest.raises(CheckpointError, match="mobile-sam has no layout 'transformers': choose masklet or published$"):
        convert_checkpoint(tmp_path / "mobile.pt", tmp_path / "out.safetensors", "transformers")
