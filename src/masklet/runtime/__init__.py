"""Where the network runs. Opening a runtime is the first moment that needs an inference library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from masklet.errors import ModelError

from .catalogue import ModelInfo, find_weights, list_models
from .choice import LIGHT, RUNTIMES, choose_runtime
from .graphs import library
from .manifest import FILE_NAME, read_manifest
from .protocol import Runtime, pictures_alone
from .weights import network_named_in

__all__ = ["RUNTIMES", "Foreseen", "ModelInfo", "Runtime", "check_follows", "foresee", "list_models", "load_runtime"]


def load_runtime(
    model: str | Path = "nano",
    device: str = "auto",
    precision: str = "auto",
    *,
    runtime: str = "auto",
    strict: bool = False,
) -> Runtime:
    """The runtime of a model, by name, by its weights file's path, or by the folder that it was exported to.

    device: "auto", "cpu", "cuda", "cuda:1" …, "mps". precision: "auto", "float32", "bfloat16", "float16". runtime: what
    computes, "torch" or "openvino"; "auto" is OpenVINO on the CPU for models that it has graphs of, and torch for all
    else. What was chosen stands in the runtime's `facts`. strict: follow SAM 2's published code also where masklet
    differs from it on purpose.
    Raises ModelError when the model is unknown, its file is missing or broken, the device is not there, or what should
    compute is not installed or cannot do what is asked.
    """
    if (Path(model) / FILE_NAME).is_file():
        return _open_exported(Path(model), device, precision, runtime, strict)
    weights = find_weights(model)
    chosen = choose_runtime(str(model), weights, device, precision, runtime=runtime, strict=strict)
    if chosen.graphs is not None:
        from .exported import ExportedRuntime

        return ExportedRuntime(chosen.graphs, weights=weights, precision=chosen.precision)
    from .torch import open_runtime

    return open_runtime(weights, device, precision, strict=strict)


@dataclass(frozen=True)
class Foreseen:
    """What a runtime will be once it is loaded: see `RuntimeFacts`. name: the model's."""

    name: str
    library: str
    device: str
    precision: str


def foresee(model: str | Path, device: str = "auto", precision: str = "auto", *, runtime: str = "auto") -> Foreseen:
    """What `load_runtime` would choose on this machine. No weights are loaded, but graphs are made where they will be
    needed and are not there. Raises ModelError as it does, but for what is wrong with the weights themselves."""
    if (Path(model) / FILE_NAME).is_file():
        known = read_manifest(model)
        return Foreseen(known.spec.name, library(known.target), "cpu", "float32")
    weights = find_weights(model)
    chosen = choose_runtime(str(model), weights, device, precision, runtime=runtime)
    name = network_named_in(weights) or str(model)
    if chosen.graphs is not None:
        return Foreseen(name, library(LIGHT), "cpu", chosen.precision)
    import torch

    from .device import device_name, pick_device, pick_precision

    place = pick_device(device)
    number = str(pick_precision(precision, place)).removeprefix("torch.")
    return Foreseen(name, f"torch {torch.__version__}", device_name(place), number)


def check_follows(model: str | Path) -> None:
    """Refuse a model that knows pictures alone before it is loaded, which for published weights may mean that graphs
    are made of it for minutes. What its files do not tell at once, loading it or opening a video tells.

    Raises ModelError for such a model.
    """
    if (Path(model) / FILE_NAME).is_file():
        follows: bool | None = bool(read_manifest(model).spec.recent_memories)
    else:
        from .tensor_names import has_memory

        try:
            follows = has_memory(find_weights(model))
        except ModelError:  # there is none: whoever loads it says so
            return
    if follows is False:
        raise pictures_alone(str(model))


def _open_exported(folder: Path, device: str, precision: str, runtime: str, strict: bool) -> Runtime:
    from .exported import ExportedRuntime

    if device not in ("auto", "cpu") or precision not in ("auto", "float32") or runtime == "torch" or strict:
        raise ModelError(
            f"{folder} is an exported model, which runs on the CPU in single precision: leave out device, precision, "
            "runtime and strict"
        )
    return ExportedRuntime(folder)
