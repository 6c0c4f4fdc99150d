"""Parts become ONNX and OpenVINO graphs. The quick tests take a part small enough to be written in a moment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from masklet.errors import ModelError
from masklet.export import graphs
from masklet.export.graphs import describe_part, need, write_onnx, write_openvino
from masklet.export.parts import Given, Made, Part
from masklet.runtime.graphs import open_graph


class Small(nn.Module):
    """Something of everything: a table, weights, an axis that varies, arguments without names."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor]:
        table = torch.arange(4.0).sin() * 2
        flags, one = rest
        return self.linear(x + table) * flags[:, None], one + 1


def small_part() -> Part:
    torch.manual_seed(0)
    return Part(
        "small",
        Small(),
        [
            Given("x", torch.randn(3, 4), "numbers", {0: "objects"}),
            Given("flags", torch.tensor([True, False, True]), "which", {0: "objects"}),
            Given("one", torch.ones(1, dtype=torch.long), "one"),
        ],
        [Made("y", "an answer", {0: "objects"}), Made("two", "two")],
        "x -> y",
    )


@pytest.mark.parametrize("target", ["onnx", "openvino"])
def test_a_graph_answers_as_its_part_for_any_number(target: str, tmp_path: Path) -> None:
    part = small_part()
    path = tmp_path / "small.onnx"
    spec = write_onnx(part, path, frozenset())
    assert spec == describe_part(part, "small.onnx", frozenset())
    assert [(one.name, one.shape, one.dtype) for one in spec.inputs] == [
        ("x", ("objects", 4), "float32"),
        ("flags", ("objects",), "bool"),
        ("one", (1,), "int64"),
    ]
    assert spec.outputs[0].shape == ("objects", 3)
    if target == "openvino":
        write_openvino(path, path := tmp_path / "small.xml")
    graph = open_graph(target, path, 1)
    for count in (1, 2, 5):
        x, flags = torch.randn(count, 4), torch.arange(count) % 2 == 0
        got = graph({"x": x.numpy(), "flags": flags.numpy(), "one": np.ones(1, np.int64)})
        with torch.no_grad():
            wanted, _ = part.module(x, flags, torch.ones(1, dtype=torch.long))
        np.testing.assert_allclose(got["y"], wanted.numpy(), atol=1e-6)
        assert got["two"] == 2


def test_a_fixed_axis_takes_one_size_alone(tmp_path: Path) -> None:
    part = small_part()
    spec = write_onnx(part, tmp_path / "small.onnx", frozenset({"objects"}))
    assert spec.inputs[0].shape == (3, 4)
    graph = open_graph("onnx", tmp_path / "small.onnx", 1)
    assert graph({one.name: one.example.numpy() for one in part.inputs})["y"].shape == (3, 3)
    with pytest.raises(Exception, match="invalid dimensions"):
        graph({"x": np.zeros((2, 4), np.float32), "flags": np.zeros(2, bool), "one": np.ones(1, np.int64)})


def test_constants_are_worked_out_and_no_path_is_told(tmp_path: Path) -> None:
    import onnx

    write_onnx(small_part(), tmp_path / "small.onnx", frozenset())
    model = onnx.load(tmp_path / "small.onnx")
    assert not {"Sin", "Range"} & {node.op_type for node in model.graph.node}
    assert str(Path(__file__).parent).encode() not in (tmp_path / "small.onnx").read_bytes()
    assert b".py" not in (tmp_path / "small.onnx").read_bytes()


def test_large_weights_lie_beside_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "OWN_FILE", 0)
    write_onnx(small_part(), tmp_path / "small.onnx", frozenset())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["small.onnx", "small.onnx.data"]
    open_graph("onnx", tmp_path / "small.onnx", 1)


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(ModelError, match=r'no_such_library.*pip install "masklet\[export\]"'):
        need("json", "no_such_library")
