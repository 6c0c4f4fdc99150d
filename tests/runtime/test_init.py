"""Tests of opening a runtime by name or path."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from masklet.errors import ModelError
from masklet.runtime import Foreseen, check_follows, choice, foresee, load_runtime
from tests.export.eager import eager_runtime
from tests.model.random_weights import write_random_nano
from tests.model.small import small_network


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_random_nano(tmp_path_factory.mktemp("weights") / "nano.safetensors")


def test_a_weights_file_runs(weights):
    runtime = load_runtime(weights, device="cpu")
    assert runtime.spec.name == "nano"
    assert (runtime.spec.picture_size, runtime.spec.mask_size, runtime.spec.candidates) == (384, 96, 3)
    assert (runtime.spec.recent_memories, runtime.spec.pointers) == (6, 16)
    runtime.see(np.zeros((20, 30, 3), np.uint8))


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_what_computes_can_be_chosen(weights, runtime):
    facts = load_runtime(weights, "cpu", "float32", runtime=runtime).facts
    assert facts.library.startswith(f"{runtime} ")
    assert (facts.device, facts.precision, facts.parameters) == ("cpu", "float32", 4_809_235)


def test_without_torch_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    (tmp_path / "other.pt").write_bytes(b"not looked into")
    with pytest.raises(ModelError, match=r'needs PyTorch: pip install "masklet\[torch\]"'):
        load_runtime(tmp_path / "other.pt")


def test_broken_files_are_the_users_to_mend(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="not a whole safetensors file"):
        load_runtime(path)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"device": "cuda:99"}, "no device 'cuda:99'"),
        ({"device": "meta"}, "no device 'meta'"),
        ({"device": "cpu", "precision": "float7"}, "no precision 'float7'"),
    ],
)
def test_unknown_devices_and_precisions(weights, options, text):
    with pytest.raises(ModelError, match=text):
        load_runtime(weights, **options)


def test_an_exported_folder_runs_without_torch(tmp_path, monkeypatch):
    reference, _ = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    runtime = load_runtime(tmp_path)
    assert runtime.spec == reference.spec
    assert runtime.facts.library.startswith("onnxruntime")
    for change in ({"device": "cuda"}, {"precision": "bfloat16"}, {"strict": True}, {"runtime": "torch"}):
        with pytest.raises(ModelError, match="is an exported model"):
            load_runtime(tmp_path, **change)


@pytest.mark.parametrize("asked", [{}, {"precision": "float32"}, {"runtime": "torch"}, {"runtime": "openvino"}])
def test_what_will_run_is_foreseen(weights, asked):
    found, runtime = foresee(weights, "cpu", **asked), load_runtime(weights, "cpu", **asked)
    facts = runtime.facts
    assert found == Foreseen(runtime.spec.name, facts.library, facts.device, facts.precision)


def test_of_an_exported_model_too(tmp_path, monkeypatch):
    _, exported = eager_runtime(small_network("small-lite"), tmp_path, monkeypatch)
    found, facts = foresee(exported.folder), exported.facts
    assert found == Foreseen(exported.spec.name, facts.library, facts.device, facts.precision)


def test_what_cannot_be_had_is_told_without_loading(weights):
    with pytest.raises(ModelError, match="no device 'abacus'"):
        foresee(weights, "abacus")
    with pytest.raises(ModelError, match="no model 'no such model'"):
        foresee("no such model")


def test_what_knows_pictures_alone_is_refused_before_it_is_loaded(tmp_path, monkeypatch):
    save_file({"mask_decoder.iou_token.weight": np.zeros(3, np.float32)}, tmp_path / "sam.safetensors")
    with pytest.raises(ModelError, match=r"sam\.safetensors knows pictures alone: to follow objects choose .* nano$"):
        check_follows(tmp_path / "sam.safetensors")
    (tmp_path / "out").mkdir()
    _, exported = eager_runtime(small_network("small-vit"), tmp_path / "out", monkeypatch)
    with pytest.raises(ModelError, match="out knows pictures alone"):
        check_follows(exported.folder)
    for other in ("nano", "no such model"):  # the second is told by whoever loads it
        check_follows(other)
