"""Exported models without an exporter: a manifest, and parts that torch runs in place of their graphs.

All that is outside the graphs is real: grouping, filling up, the check. Writing real graphs takes half a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from masklet.export.clip import draw_clip
from masklet.export.exporting import Order, build_manifest, write_manifest
from masklet.export.graphs import describe_part
from masklet.export.parts import Part, build_parts
from masklet.model.network import Network
from masklet.runtime import exported
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.torch import TorchRuntime


class EagerGraph:
    def __init__(self, part: Part, fixed: Mapping[str, int]) -> None:
        self.part, self.fixed = part, fixed

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        assert set(inputs) == {one.name for one in self.part.inputs}
        tensors = [torch.from_numpy(np.ascontiguousarray(inputs[one.name])) for one in self.part.inputs]
        sizes: dict[str, int] = dict(self.fixed)
        for one, tensor in zip(self.part.inputs, tensors, strict=True):
            assert tensor.dtype == one.example.dtype, one.name
            assert tensor.ndim == one.example.ndim, one.name
            for axis, size in enumerate(one.example.shape):
                wanted = sizes.setdefault(one.axes[axis], tensor.shape[axis]) if axis in one.axes else size
                assert tensor.shape[axis] == wanted, f"{one.name} {tensor.shape}"
        with torch.inference_mode():
            outputs = self.part.module(*tensors)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        names = [one.name for one in self.part.outputs]
        return {name: tensor.numpy() for name, tensor in zip(names, outputs, strict=True)}


def eager_runtime(
    network: Network, folder: Path, monkeypatch: pytest.MonkeyPatch, **fixed: int
) -> tuple[TorchRuntime, ExportedRuntime]:
    """The network's torch runtime, and what would be its export's."""
    reference = TorchRuntime(network, "cpu", "float32")
    parts = build_parts(reference.network, fixed)
    specs = {part.name: describe_part(part, f"{part.name}.onnx", frozenset(fixed)) for part in parts}
    order = Order("small", "onnx", draw_clip(1), "drawn", fixed)
    write_manifest(folder, build_manifest(order, reference, fixed, specs, {}))
    graphs = {f"{part.name}.onnx": EagerGraph(part, fixed) for part in parts}
    monkeypatch.setattr(exported, "open_graph", lambda target, path, *_: graphs[path.name])
    return reference, ExportedRuntime(folder)
