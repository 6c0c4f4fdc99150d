"""Whole exports: real graphs, run by what will run them, beside torch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masklet.errors import InputError, ModelError, OutputError
from masklet.export import exporting, graphs
from masklet.export.check import Checked
from masklet.export.clip import draw_clip
from masklet.export.exporting import CheckFailed, Order, check_order, export_model
from masklet.export.parts import Part
from masklet.model.config import NetworkConfig
from masklet.model.presets import PRESETS
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.manifest import PartSpec, read_manifest
from masklet.runtime.torch import TorchRuntime
from tests.model.random_weights import random_network
from tests.model.small import CONFIGS, STILL_CONFIGS, small_network

ORDER = Order("small-lite", "onnx", draw_clip(4), "drawn", {})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models by the names of small networks."""
    monkeypatch.setattr(exporting, "load_runtime", lambda name, *_, **__: TorchRuntime(small_network(name), "cpu"))


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but empty files is written, and the check finds what it likes."""

    def write(part: Part, folder: Path, target: str, fixed: frozenset[str]) -> PartSpec:
        (folder / f"{part.name}.onnx").touch()
        return graphs.describe_part(part, f"{part.name}.onnx", fixed)

    monkeypatch.setattr(exporting, "write_part", write)
    monkeypatch.setattr(exporting, "ExportedRuntime", lambda _: None)
    monkeypatch.setattr(exporting, "check_parts", lambda *_: CHECKED)


CHECKED = Checked("drawn", 4, 3, 11, 1e-5, 0.0, 0.0, 0.0, 1.0, 1e-3)


@pytest.mark.usefixtures("small", "no_graphs")
def test_the_manifest_says_what_the_folder_holds(tmp_path: Path) -> None:
    steps: list[str] = []
    manifest = export_model(replace(ORDER, fixed={"memories": 2}), tmp_path / "out", steps.append)
    assert manifest == read_manifest(tmp_path / "out")
    assert manifest.fixed == {"memories": 2, "pointers": 16}
    assert manifest.check == CHECKED.as_json()
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == sorted([*manifest.files, "manifest.json"])
    assert steps == ["loading", "see", "decode", "recall", "remember", "read_given_mask", "checking"]
    assert {"masklet", "torch", "onnx", "onnxruntime"} <= set(manifest.versions)


@pytest.mark.usefixtures("small", "no_graphs")
def test_parts_that_differ_from_torch_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "check_parts", lambda *_: replace(CHECKED, logits=2e-3))
    with pytest.raises(CheckFailed, match=r"by 0\.002, more than 0\.001; nothing was written"):
        export_model(ORDER, tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target": "coreml"}, "onnx or openvino"),
        ({"fixed": {"objects": 0}}, "--objects 0"),
        ({"fixed": {"pointers": 4}}, "give both"),
    ],
)
def test_orders_that_cannot_be_are_told(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_order(replace(ORDER, **change))


@pytest.mark.usefixtures("small", "no_graphs")
def test_what_users_get_wrong_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="pictures alone"):
        export_model(replace(ORDER, model="small-vit", fixed={"memories": 2}), tmp_path / "out")
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine").touch()
    with pytest.raises(OutputError, match="mine"):
        export_model(ORDER, tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"masklet\[export\]"):
        export_model(ORDER, tmp_path / "out")


FIXED = {"objects": 2, "memories": 7, "points": 3}


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("target", ["onnx", "openvino"])
@pytest.mark.parametrize(
    ("name", "fixed"),
    [("small-hiera", {}), ("small-lite", FIXED), ("small-repvit", {}), *((name, {}) for name in STILL_CONFIGS)],
)
def test_real_graphs_agree_with_torch(name: str, fixed: dict[str, int], target: str, tmp_path: Path) -> None:
    order = Order(name, target, draw_clip(9), "drawn", fixed)
    manifest = export_model(order, tmp_path / "out")
    assert manifest.check is not None
    assert manifest.check["logits"] <= 1e-3
    assert ExportedRuntime(tmp_path / "out").spec.name == name
    assert set(manifest.parts) >= ({"see", "decode"} if name in STILL_CONFIGS else {"recall", "remember"})
    assert name in CONFIGS or name in STILL_CONFIGS


@pytest.mark.slow
def test_a_published_size_agrees_with_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config: NetworkConfig = PRESETS["sam2.1-tiny"]
    runtime = TorchRuntime(random_network(config), "cpu", own=True)
    monkeypatch.setattr(exporting, "load_runtime", lambda *_, **__: runtime)
    manifest = export_model(Order(config.name, "onnx", draw_clip(4), "drawn", {}), tmp_path / "out")
    assert manifest.check is not None
    assert manifest.check["logits"] <= 1e-3


def test_a_network_that_chooses_by_the_number_of_memories_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = CONFIGS["small-plain-vit"]
    pools = replace(plain, name="pools", memory=replace(plain.video, pooling="counted"))
    monkeypatch.setattr(exporting, "load_runtime", lambda *_, **__: TorchRuntime(random_network(pools), "cpu"))
    with pytest.raises(ModelError, match="pools cannot be exported"):
        export_model(Order("pools", "onnx", draw_clip(2), "drawn", {}), tmp_path / "out")
    assert not (tmp_path / "out").exists()
