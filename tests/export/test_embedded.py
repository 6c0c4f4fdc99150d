"""The graphs in the package: they fit the weights beside them, and say what torch says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.errors import ModelError
from masklet.export import embedded
from masklet.export.clip import draw_clip
from masklet.export.embedded import check, write_graphs
from masklet.export.folder import describe_files
from masklet.model.checkpoint import load_network
from masklet.runtime.catalogue import EMBEDDED, find_weights
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.graph_sources import packaged_folder
from masklet.runtime.manifest import read_manifest
from masklet.runtime.protocol import NetworkPrompt, Recollection
from masklet.runtime.torch import TorchRuntime
from masklet.runtime.weights import read_weights
from tests.model.random_weights import write_random_nano

ANEW = "the package's graphs are out of date: python -m masklet.export.embedded writes them anew"


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_graphs_fit_the_weights_and_the_network(name: str) -> None:
    manifest, folder = read_manifest(packaged_folder(name)), packaged_folder(name)
    try:
        read_weights(find_weights(name), manifest.weights)
    except ModelError as problem:
        pytest.fail(f"{ANEW} ({problem})")
    reference = TorchRuntime(load_network(find_weights(name)), "cpu", "float32", own=True)
    assert manifest.spec == reference.spec, ANEW
    assert manifest.parameters == reference.facts.parameters, ANEW
    files = {one: spec for one, spec in describe_files(folder).items() if one != "manifest.json"}
    assert files == manifest.files, ANEW
    checked = check(reference, folder, find_weights(name))
    assert checked.answers > 15
    assert checked.logits <= 1e-3, f"{ANEW} (logits differ by {checked.logits:.2g})"
    assert checked.least_mask_iou > 0.99


def test_other_weights_of_the_network_run_on_the_same_graphs(tmp_path: Path) -> None:
    weights = write_random_nano(tmp_path / "other.safetensors", seed=3)
    click = NetworkPrompt(np.array([[100, 200]], np.float32), np.array([1]))
    logits = []
    for runtime in (
        ExportedRuntime(packaged_folder("nano"), weights=weights),
        TorchRuntime(load_network(weights), "cpu", "float32", own=True),
    ):
        recalled = runtime.recall(runtime.see(draw_clip(1)[0]), [Recollection()])
        logits.append(runtime.decode(recalled, [click]).mask_logits)
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-3)


@pytest.mark.slow
def test_graphs_are_written_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = find_weights("nano")
    network = load_network(weights)
    parts = [one for one in embedded.build_parts(network, {}, unprompted=True) if one.name == "see"]
    monkeypatch.setattr(embedded, "build_parts", lambda *_, **__: parts)
    specs, taken = write_graphs(network, tmp_path)
    assert list(specs) == ["see"]
    assert (tmp_path / "see.onnx").stat().st_size < 200_000
    assert all(taken[name] == tuple(network.state_dict()[name].shape) for name in taken)
