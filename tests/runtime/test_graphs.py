"""Opening exported graphs; running them is tested where they are written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import openvino
import pytest
from openvino import opset13

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


SIGNALLED = """
import faulthandler, os, signal, sys
from pathlib import Path
from masklet.runtime.graphs import open_graph, precisions
faulthandler.enable()  # Python's own signal handlers, and this one's, run on the thread's stack for signals
signal.signal(signal.SIGUSR1, lambda *_: print("heard"))
first = open_graph("openvino", Path(sys.argv[1]), 1)
second = open_graph("openvino", Path(sys.argv[1]), 1)
del first
del second
precisions("openvino")
os.kill(os.getpid(), signal.SIGUSR1)
"""


def test_signals_are_heard_after_graphs_are_closed(tmp_path: Path) -> None:
    path = tmp_path / "see.xml"
    given = opset13.parameter([2], np.float32, name="given")
    openvino.save_model(openvino.Model([opset13.add(given, given)], [given]), path)
    done = subprocess.run([sys.executable, "-c", SIGNALLED, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr
