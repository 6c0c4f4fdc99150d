"""A part becomes a graph: ONNX by torch's exporter, and from there OpenVINO's IR."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from masklet.errors import ModelError
from masklet.runtime.graphs import openvino_core
from masklet.runtime.manifest import PartSpec, Port

from .parts import Given, Part

OPSET = 20  # the first with GELU as one operator
FOLDED = 1 << 24  # constants of up to so many numbers are worked out beforehand: positions, rotations
OWN_FILE = 1 << 30  # bytes of weights from which they lie beside the graph: a single file ends at 2 GiB
LARGEST_AXIS = 1 << 16


def need(*libraries: str) -> None:
    """Raises ModelError naming the extra when one of the libraries is not installed."""
    from importlib.util import find_spec

    for name in libraries:
        if find_spec(name) is None:
            raise ModelError(f'exporting needs {name}, which is not installed: pip install "masklet[export]"')


def write_onnx(part: Part, path: Path, fixed: frozenset[str]) -> PartSpec:
    """Writes the part's graph to `path` and says what it takes and gives. fixed: axes that keep the example's size.

    Large weights lie beside it in a file of the same name with ".data" behind it.
    """
    spec = describe_part(part, path.name, fixed)  # first: tables that the network keeps are kept as what they are
    program = export_program(part, fixed)
    tidy(program.model)
    size = sum(value.const_value.nbytes for value in program.model.graph.initializers.values())
    program.save(path, external_data=size > OWN_FILE)
    return spec


def export_program(part: Part, fixed: frozenset[str]) -> Any:
    """The part as torch's exporter gives it: an ONNXProgram, its `model` not yet tidied."""
    with _exporting():
        return torch.onnx.export(
            part.module,
            tuple(one.example for one in part.inputs),
            dynamo=True,
            input_names=[one.name for one in part.inputs],
            output_names=[one.name for one in part.outputs],
            dynamic_shapes=_dynamic_shapes(part, fixed),
            opset_version=OPSET,
            optimize=False,
            verbose=False,
        )


def describe_part(part: Part, file: str, fixed: frozenset[str]) -> PartSpec:
    """What the part takes and gives, from one run of its example. file: where its graph lies."""
    with _exporting():
        outputs = part.module.eval()(*(one.example for one in part.inputs))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    inputs = tuple(_port(one.name, one.example, one.axes, one.meaning, fixed) for one in part.inputs)
    made = tuple(
        _port(one.name, tensor, one.axes, one.meaning, fixed) for one, tensor in zip(part.outputs, outputs, strict=True)
    )
    return PartSpec(file, part.meaning, inputs, made)


def tidy(graph: Any) -> None:
    """Works out what is constant, and says once what was said several times. In place."""
    import onnxscript.optimizer
    from onnx_ir.passes import common

    onnxscript.optimizer.optimize(graph, input_size_limit=FOLDED, output_size_limit=FOLDED)
    common.DeduplicateInitializersPass(FOLDED)(graph)
    common.RemoveUnusedNodesPass()(graph)
    common.ClearMetadataAndDocStringPass()(graph)  # it tells where on this machine which line of code stood


def write_openvino(onnx_path: Path, path: Path) -> None:
    """The same graph as OpenVINO's IR: `path` (.xml), and its weights beside it (.bin)."""
    import openvino

    # read_model, not convert_model: that one reports its use over the network
    openvino.save_model(openvino_core().read_model(onnx_path), path, compress_to_fp16=False)


def _dynamic_shapes(part: Part, fixed: frozenset[str]) -> Any:
    """What torch.export wants: for each argument, or tuple of arguments, its varying axes by index."""
    dims: dict[str, Any] = {}

    def axes(one: Given) -> dict[int, Any]:
        return {
            index: dims.setdefault(name, torch.export.Dim(name, min=1, max=LARGEST_AXIS))
            for index, name in one.axes.items()
            if name not in fixed
        }

    described = [axes(one) for one in part.inputs]
    if not any(described):
        return None
    rest = _variable_arguments(part.module)
    if rest is None or not described[rest:]:
        return tuple(described)
    return (*described[:rest], tuple(described[rest:]))


def _variable_arguments(module: nn.Module) -> int | None:
    """How many arguments come before the module's *rest; None when it has none."""
    import inspect

    kinds = [one.kind for one in inspect.signature(module.forward).parameters.values()]
    return kinds.index(inspect.Parameter.VAR_POSITIONAL) if inspect.Parameter.VAR_POSITIONAL in kinds else None


def _port(name: str, tensor: torch.Tensor, axes: Any, meaning: str, fixed: frozenset[str]) -> Port:
    shape = tuple(
        axes[index] if index in axes and axes[index] not in fixed else size for index, size in enumerate(tensor.shape)
    )
    return Port(name, shape, str(tensor.dtype).removeprefix("torch."), meaning)


@contextmanager
def _exporting() -> Iterator[None]:
    """Without gradients, and without the exporter's many remarks about its own future."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir", "torch.export")]
    levels = [one.level for one in loggers]
    try:
        for one in loggers:
            one.setLevel(logging.ERROR)
        with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
