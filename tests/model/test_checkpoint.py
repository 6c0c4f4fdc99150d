"""Tests of weights files: what goes in comes out, and what is no weights file says so in one line."""

import json
import os
import pickle
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from masklet.model.checkpoint import CheckpointError, load_network, save_network
from masklet.model.config import NANO
from masklet.model.network import Network
from tests.model.random_weights import random_network, write_random_nano

HEADER = {"format": "masklet", "version": "1", "config": "nano"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return write_random_nano(tmp_path_factory.mktemp("weights") / "nano.safetensors")


def test_round_trip(saved):
    before, after = random_network().state_dict(), load_network(saved).state_dict()
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert after[name].dtype == torch.float32
        whole = value.ndim < 2 or name.endswith("frequencies")
        assert torch.equal(after[name], value if whole else value.half().float()), name
    assert saved.stat().st_size < 12e6


def test_loading_a_saved_network_again_changes_nothing(saved, tmp_path):
    save_network(load_network(saved), tmp_path / "again.safetensors")
    first, again = load_file(saved), load_file(tmp_path / "again.safetensors")
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) and first[name].dtype == again[name].dtype for name in first)


def test_loaded_networks_are_for_inference(saved):
    network = load_network(saved)
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())


def test_loading_draws_no_weights_and_imports_no_compiler(saved):
    state, modules = torch.get_rng_state(), set(sys.modules)
    load_network(saved)
    assert torch.equal(state, torch.get_rng_state())
    assert "torch._dynamo" not in set(sys.modules) - modules


def _weights(saved, **changes):
    weights = load_file(saved)
    for name, value in changes.items():
        if value is None:
            del weights[name]
        else:
            weights[name] = value
    return weights


def _broken(kind, saved, path):
    whole = saved.read_bytes()
    if kind == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "pickle":
        path.write_bytes(pickle.dumps(_Hostile()))
    elif kind == "huge header":
        path.write_bytes(b"\xff" * 8 + b"{}")
    elif kind == "offsets beyond the end":
        header = json.dumps({"x": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}).encode()
        path.write_bytes(len(header).to_bytes(8, "little") + header)
    elif kind == "no header":
        save_file(load_file(saved), path)
    elif kind == "newer":
        save_file(load_file(saved), path, {**HEADER, "version": "2"})
    elif kind == "unknown network":
        save_file(load_file(saved), path, {**HEADER, "config": "pico"})
    elif kind == "lacking":
        save_file(_weights(saved, no_memory=None), path, HEADER)
    elif kind == "surplus":
        save_file(_weights(saved, extra=torch.zeros(1)), path, HEADER)
    elif kind == "shape":
        save_file(_weights(saved, no_memory=torch.zeros(1, 64)), path, HEADER)
    elif kind == "not finite":
        save_file(_weights(saved, no_memory=torch.full((1, 128), float("nan"))), path, HEADER)
    elif kind == "integers":
        save_file(_weights(saved, no_memory=torch.zeros(1, 128, dtype=torch.int32)), path, HEADER)
    elif kind == "other floats":
        save_file(_weights(saved, no_memory=torch.zeros(1, 128, dtype=torch.bfloat16)), path, HEADER)


class _Hostile:
    def __reduce__(self):
        return os.abort, ()


KINDS = {
    "truncated": "not a whole safetensors file",
    "empty": "an empty file",
    "pickle": "not a whole safetensors file",
    "huge header": "not a whole safetensors file",
    "offsets beyond the end": "not a whole safetensors file",
    "no header": "443 tensors, named like .*: of no network that masklet knows",
    "newer": "newer",
    "unknown network": "unknown network 'pico'",
    "lacking": "lacks no_memory",
    "surplus": "has the unknown extra",
    "shape": r"no_memory is \(1, 64\), not \(1, 128\)",
    "not finite": "no_memory holds",
    "integers": "no_memory is I32",
    "other floats": "no_memory is BF16",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_weights_file_says_so_in_one_line(kind, saved, tmp_path):
    path = tmp_path / "weights.safetensors"
    _broken(kind, saved, path)
    with pytest.raises(CheckpointError, match=KINDS[kind]) as caught:
        load_network(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match="no such file"):
        load_network(tmp_path / "none.safetensors")


def test_what_could_not_be_read_back_is_not_written(tmp_path):
    path = tmp_path / "weights.safetensors"
    with pytest.raises(ValueError, match="presets"):
        save_network(Network(replace(NANO, picture_size=256)), path)
    network = random_network()
    network.no_memory.fill_(1e6)
    with pytest.raises(ValueError, match="no_memory is not finite"):
        save_network(network, path)
    assert list(tmp_path.iterdir()) == []
