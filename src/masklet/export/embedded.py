"""`python -m masklet.export.embedded`: the graphs by which the embedded model runs without torch, written anew.

They lie in the package without weights: these come from the package's weights file when the graphs are opened, as
they come from it for torch. Other weights of the same shapes need no new graphs; a changed network does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from masklet.model.checkpoint import load_network
from masklet.model.network import Network
from masklet.runtime.catalogue import EMBEDDED, find_weights
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.graph_sources import packaged_folder
from masklet.runtime.manifest import Manifest, PartSpec
from masklet.runtime.torch import TorchRuntime

from .check import Checked, check_parts
from .clip import draw_clip
from .exporting import CheckFailed, Order, build_manifest, write_manifest
from .folder import describe_files, whole_folder
from .graphs import describe_part, export_program, need, tidy
from .lean import make_lean
from .parts import Part, build_parts

PREFIX = "network."  # of the network's names within a part
TARGET = "openvino"
CLIP_FRAMES = 6


def write_embedded(network: Network, weights: Path, folder: Path) -> Manifest:
    """Writes the folder of a network's graphs and their manifest, whole or not at all, once they agree with torch.

    weights: the network's file, which the check runs. Raises ModelError for a library that is not installed,
    OutputError when the folder cannot be written, `CheckFailed`.
    """
    need("torch", "onnx", "onnxscript", "openvino")
    reference = TorchRuntime(network, "cpu", "float32")  # a copy, with its scales folded; the graphs keep them apart
    with whole_folder(folder) as temporary:
        specs, taken = write_graphs(network, temporary)
        order = Order(network.config.name, TARGET, (), "", {})
        manifest = build_manifest(order, reference, {}, specs, describe_files(temporary))
        manifest = replace(manifest, weights=taken)
        write_manifest(temporary, manifest)
        checked = check(reference, temporary, weights)
        if not checked.good:
            raise CheckFailed(checked)
        manifest = replace(manifest, check=checked.as_json())
        write_manifest(temporary, manifest)
    return manifest


def check(reference: TorchRuntime, folder: Path, weights: Path) -> Checked:
    """The graphs with their weights beside torch, on a clip that masklet draws."""
    return check_parts(reference, ExportedRuntime(folder, weights=weights), draw_clip(CLIP_FRAMES), "drawn by masklet")


def write_graphs(network: Network, folder: Path) -> tuple[dict[str, PartSpec], dict[str, tuple[int, ...]]]:
    """A graph per part, and name -> shape of the weights that they take as inputs behind their own."""
    make_lean(network)
    specs: dict[str, PartSpec] = {}
    taken: dict[str, tuple[int, ...]] = {}
    for part in build_parts(network, {}, unprompted=True):
        specs[part.name] = describe_part(part, f"{part.name}.onnx", frozenset())
        taken |= _write(part, folder / f"{part.name}.onnx")
    known = network.state_dict()
    return specs, {name: tuple(known[name].shape) for name in sorted(taken)}


def _write(part: Part, path: Path) -> dict[str, tuple[int, ...]]:
    model = export_program(part, frozenset()).model
    weights = _as_inputs(model, part.module)
    tidy(model)
    used = [value for value in weights if value.uses()]
    for value in weights:
        model.graph.inputs.remove(value)
    model.graph.inputs.extend(used)
    import onnx_ir

    onnx_ir.save(model, path)
    return {value.name: tuple(value.shape.numpy()) for value in used}


def _as_inputs(model: Any, module: nn.Module) -> list[Any]:
    """Makes inputs of the graph's weights, named as in the weights file; gives them. Tables stay in the graph."""
    known = module.state_dict()
    inputs = []
    for name in list(model.graph.initializers):
        if name in known and name.startswith(PREFIX):
            value = model.graph.initializers.pop(name)
            value.const_value, value.name = None, name.removeprefix(PREFIX)
            model.graph.inputs.append(value)
            inputs.append(value)
    return inputs


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the graphs of each embedded model into the package that is running; 0 when all went well."""
    for name in EMBEDDED if not (arguments or sys.argv[1:]) else (arguments or sys.argv[1:]):
        weights, folder = find_weights(name), packaged_folder(name)
        manifest = write_embedded(load_network(weights), weights, folder)
        assert manifest.check is not None
        size = sum(one.bytes for one in manifest.files.values())
        print(
            f"{folder}: {len(manifest.parts)} graphs, {size / 1e3:.0f} kB; logits differ from torch's by "
            f"{manifest.check['logits']:.2g} at most"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
