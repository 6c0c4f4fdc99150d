"""Which graphs run which weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from masklet.runtime import graph_sources
from masklet.runtime.catalogue import find_weights
from masklet.runtime.graph_sources import find_graphs, packaged_folder


def test_the_embedded_model_and_its_descendants_have_the_packages_graphs(tmp_path: Path) -> None:
    assert find_graphs(find_weights("nano")) == packaged_folder("nano")
    tuned = tmp_path / "tuned.safetensors"
    save_file({"a": np.zeros(1)}, tuned, {"format": "masklet", "version": "1", "config": "nano"})
    assert find_graphs(tuned) == packaged_folder("nano")
    save_file({"a": np.zeros(1)}, tuned, {"format": "masklet", "version": "1", "config": "sam2.1-tiny"})
    assert find_graphs(tuned) is None  # not even torch could make any: it is too small for that network


def test_the_first_source_that_has_graphs_gives_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def folder_for(self, weights: Path) -> Path | None:
            return tmp_path / "converted" if weights.suffix == ".pt" else None

    monkeypatch.setattr(graph_sources, "SOURCES", (*graph_sources.SOURCES, Other()))
    assert find_graphs(Path("sam2.1_hiera_tiny.pt")) == tmp_path / "converted"
    assert find_graphs(Path("other.safetensors")) is None
