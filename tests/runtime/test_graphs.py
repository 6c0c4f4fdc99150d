"""Opening exported graphs; running them is tested where they are written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from masklet.errors import ModelError
from masklet.runtime.graphs import library, open_graph


@pytest.mark.parametrize("target", ["onnx", "openvino"])
def test_a_file_that_is_no_graph_is_told_in_one_line(target: str, tmp_path: Path) -> None:
    path = tmp_path / ("see.onnx" if target == "onnx" else "see.xml")
    with pytest.raises(ModelError, match="no such file"):
        open_graph(target, path, 1)
    path.write_bytes(b"no graph at all\n" * 10)
    with pytest.raises(ModelError, match="not a whole exported graph") as told:
        open_graph(target, path, 1)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("target", "name"), [("onnx", "onnxruntime"), ("openvino", "openvino")])
def test_a_missing_library_is_named(target: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / "see"
    path.touch()
    with pytest.raises(ModelError, match=f"pip install {name}"):
        open_graph(target, path, 1)


def test_an_unknown_target_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="onnx or openvino"):
        open_graph("coreml", tmp_path / "see", 1)


def test_where_it_runs() -> None:
    assert library("onnx").startswith("onnxruntime ")
