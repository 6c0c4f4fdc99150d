"""Where the network runs. Opening a runtime is the first moment that needs an inference library."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from masklet.errors import ModelError

from .catalogue import ModelInfo, find_weights, list_models
from .manifest import FILE_NAME
from .protocol import Runtime

__all__ = ["ModelInfo", "Runtime", "list_models", "load_runtime"]


def load_runtime(
    model: str | Path = "nano", device: str = "auto", precision: str = "auto", *, strict: bool = False
) -> Runtime:
    """The runtime of a model, by name, by its weights file's path, or by the folder that it was exported to.

    device: "auto", "cpu", "cuda", "cuda:1" …, "mps". precision: "auto", "float32", "bfloat16", "float16".
    strict: follow SAM 2's published code also where masklet differs from it on purpose.
    Raises ModelError when the model is unknown, its file is missing or broken, or the device is not there.
    """
    if (Path(model) / FILE_NAME).is_file():
        return _open_exported(Path(model), device, precision, strict)
    weights = find_weights(model)
    if find_spec("torch") is None:
        raise ModelError(f'the model {model} needs PyTorch: pip install "masklet[torch]"')
    from .torch import open_runtime

    return open_runtime(weights, device, precision, strict=strict)


def _open_exported(folder: Path, device: str, precision: str, strict: bool) -> Runtime:
    from .exported import ExportedRuntime

    if device not in ("auto", "cpu") or precision not in ("auto", "float32") or strict:
        raise ModelError(
            f"{folder} is an exported model, which runs on the CPU in single precision: leave out device, precision "
            "and strict"
        )
    return ExportedRuntime(folder)
