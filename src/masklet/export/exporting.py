"""A model becomes a folder of graphs that run without torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import masklet
from masklet.errors import InputError, ModelError
from masklet.runtime import load_runtime
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.manifest import FILE_NAME, FileSpec, Manifest, PartSpec, PictureSpec, session_fields
from masklet.runtime.torch import TorchRuntime
from masklet.values import Picture

from .check import BOUND, Checked, check_parts
from .folder import describe_files, whole_folder
from .graphs import OPSET, need, write_onnx, write_openvino
from .parts import MEMORIES, OBJECTS, POINTERS, POINTS, Part, build_parts

TARGETS = ("onnx", "openvino")
MADE_WITH = ("torch", "onnx", "onnxscript", "onnxruntime", "openvino")


@dataclass(frozen=True)
class Order:
    """What is wanted.

    model: a name or a weights file's path. target: "onnx" or "openvino". fixed: axes (objects, memories, pointers,
    points) that shall have one size, for devices that need that. pictures: what the parts are checked on, and `clip`
    what that is called. bound: of the largest difference in logits.
    """

    model: str
    target: str
    pictures: Sequence[Picture]
    clip: str
    fixed: Mapping[str, int]
    bound: float = BOUND


class UnfitError(ModelError):
    """No graph can stand for the network."""


class CheckFailed(Exception):
    """The exported parts differ from torch by more than the bound; nothing was written."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(
            f"the exported parts' logits differ from torch's by {checked.logits:.2g}, more than {checked.bound:g}; "
            "nothing was written"
        )
        self.checked = checked


def export_model(order: Order, folder: Path, progress: Callable[[str], None] = lambda _: None) -> Manifest:
    """Writes the folder, checked, whole or not at all. progress: told of each step that begins.

    Raises ModelError for an unknown model, a damaged file and a library that is not installed, InputError for sizes
    that cannot be, OutputError when the folder cannot be written or holds what is no export's, and `CheckFailed`.
    """
    check_order(order)
    with whole_folder(folder) as temporary:
        progress("loading")
        runtime = load_runtime(order.model, "cpu", "float32", runtime="torch")
        assert isinstance(runtime, TorchRuntime)
        check_network(runtime)
        fixed = _fixed(order, runtime)
        specs: dict[str, PartSpec] = {}
        for part in build_parts(runtime.network, fixed):
            progress(part.name)
            specs[part.name] = write_part(part, temporary, order.target, frozenset(fixed))
        manifest = build_manifest(order, runtime, fixed, specs, describe_files(temporary))
        write_manifest(temporary, manifest)
        progress("checking")
        checked = check_parts(runtime, ExportedRuntime(temporary), order.pictures, order.clip, order.bound)
        if not checked.good:
            raise CheckFailed(checked)
        manifest = replace(manifest, check=checked.as_json())
        write_manifest(temporary, manifest)
    return manifest


def build_manifest(
    order: Order,
    runtime: TorchRuntime,
    fixed: Mapping[str, int],
    parts: Mapping[str, PartSpec],
    files: Mapping[str, FileSpec],
) -> Manifest:
    """The manifest of a network's parts, not yet checked."""
    config = runtime.network.config
    return Manifest(
        model=Path(order.model).name,
        target=order.target,
        precision="float32",
        opset=OPSET,
        parameters=runtime.facts.parameters,
        picture=PictureSpec(config.picture_size, config.letterbox, config.mean, config.deviation),
        session=session_fields(runtime.spec),
        closed=config.prompt.always_closed,
        fixed=fixed,
        parts=parts,
        files=files,
        versions=_versions(),
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes manifest.json into a folder that nobody looks at yet."""
    text = json.dumps(manifest.as_json(), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def check_order(order: Order) -> None:
    """Raises InputError for what cannot be, and ModelError for a library that is not installed."""
    if order.target not in TARGETS:
        raise InputError(f"--to {order.target!r}: say {' or '.join(TARGETS)}")
    for axis, size in order.fixed.items():
        if axis not in (OBJECTS, MEMORIES, POINTERS, POINTS) or size < 1:
            raise InputError(f"--{axis} {size}: give 1 or more")
    if POINTERS in order.fixed and MEMORIES not in order.fixed:
        raise InputError("--pointers fixes how many pointers are recalled beside --memories: give both")
    need("torch", "onnx", "onnxscript", *(["onnxruntime"] if order.target == "onnx" else ["openvino"]))


def check_network(runtime: TorchRuntime) -> None:
    """Raises UnfitError for a network that no graph can stand for."""
    memory = runtime.network.config.memory
    if memory is not None and memory.pooling is not None:
        raise UnfitError(
            f"{runtime.spec.name} cannot be exported: it pools memories where it recalls several and not where it "
            "recalls one, and a graph has no such choice"
        )


def _fixed(order: Order, runtime: TorchRuntime) -> dict[str, int]:
    """The axes with one size. A fixed number of memories fixes that of pointers: as many as the network was trained
    to recall, unless another number was given."""
    fixed = dict(order.fixed)
    if not runtime.spec.recent_memories:
        if MEMORIES in fixed:
            raise InputError(f"{runtime.spec.name} knows pictures alone: leave out --memories and --pointers")
    elif MEMORIES in fixed:
        fixed.setdefault(POINTERS, runtime.spec.pointers)
    return fixed


def write_part(part: Part, folder: Path, target: str, fixed: frozenset[str]) -> PartSpec:
    """Writes the graph of a part into a folder that nobody looks at yet."""
    onnx_path = folder / f"{part.name}.onnx"
    spec = write_onnx(part, onnx_path, fixed)
    if target == "onnx":
        return spec
    path = onnx_path.with_suffix(".xml")
    write_openvino(onnx_path, path)
    for left in folder.glob(f"{part.name}.onnx*"):
        left.unlink()
    return replace(spec, file=path.name)


def _versions() -> dict[str, str]:
    found = {"masklet": masklet.__version__}
    for name in MADE_WITH:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
