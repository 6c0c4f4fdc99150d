"""What computes: torch, or the light runtime, OpenVINO, which the core install brings. Deciding imports neither."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from masklet.errors import ModelError

from .graph_sources import find_graphs
from .graphs import precisions

LIGHT = "openvino"
RUNTIMES = ("auto", "torch", LIGHT)
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
DEVICES = ("auto", "cpu", "cuda", "mps")  # before a colon and a number


@dataclass(frozen=True)
class Choice:
    """graphs: the folder that the light runtime runs, in `precision`; None: torch, which chooses the rest itself."""

    graphs: Path | None = None
    precision: str = "auto"


def choose_runtime(
    model: str, weights: Path, device: str, precision: str, *, runtime: str = "auto", strict: bool = False
) -> Choice:
    """What runs a weights file. model: as the user called it.

    Where the light runtime would be the first choice but is not there, torch takes its place, and a line says so.
    Raises ModelError when what was asked for cannot be had, or torch is needed and not installed.
    """
    if runtime not in RUNTIMES:
        raise ModelError(f"no runtime {runtime!r}: say {', '.join(RUNTIMES)}")
    if precision not in PRECISIONS:
        raise ModelError(f"no precision {precision!r}: say {', '.join(PRECISIONS)}")
    if device.partition(":")[0] not in DEVICES and find_spec("torch") is None:
        raise ModelError(f"no device {device!r}: say auto or cpu, or with PyTorch cuda, cuda:1 … or mps")
    if runtime != "torch":
        found = _light(model, weights, device, precision, strict, asked=runtime == LIGHT)
        if isinstance(found, Choice):
            return found
        if runtime == LIGHT:
            raise ModelError(found)
    if find_spec("torch") is None:
        asked = runtime == "torch"
        why = "runtime torch needs PyTorch" if asked else _why_torch(model, weights, device, precision, strict)
        raise ModelError(f'{why}: pip install "masklet[torch]"')
    return Choice()


def _light(model: str, weights: Path, device: str, precision: str, strict: bool, *, asked: bool) -> Choice | str:
    """The light runtime's choice, or why it is not."""
    if device not in ("auto", "cpu"):
        return f"{LIGHT} runs on the CPU: leave out --device {device}, or say --runtime torch"
    if strict:
        return f"{LIGHT} does not follow the published code to the letter: leave out strict, or say --runtime torch"
    if device == "auto" and not asked and find_spec("torch") is not None and _accelerator():
        return "torch may find a GPU"
    able = precisions(LIGHT)  # first: making graphs takes time
    if not able:
        if not asked and find_spec("torch") is not None:
            _remark(f"{LIGHT} is not installed; torch runs {model}, more slowly")
        return f"{LIGHT} is not installed: pip install {LIGHT}"
    if precision not in ("auto", *able):
        return f"{LIGHT} has no {precision} on this processor: say {' or '.join(able)}, or --runtime torch"
    try:
        graphs = find_graphs(weights)
    except ModelError as problem:
        if not asked:
            _remark(f"{problem}; torch runs {model}, more slowly")
        return f"{problem}: say --runtime torch"
    if graphs is None:
        return f"there are no graphs of {model} for {LIGHT}: say --runtime torch"
    return Choice(graphs, able[0] if precision == "auto" else precision)


def _remark(line: str) -> None:
    logging.getLogger("masklet").warning(line)


def _accelerator() -> bool:
    """Whether torch may have a GPU here. Asking torch itself would take seconds."""
    if sys.platform == "darwin":
        return True
    if sys.platform == "win32":
        return _loads("nvcuda.dll")
    return any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd"))


def _loads(library: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _why_torch(model: str, weights: Path, device: str, precision: str, strict: bool) -> str:
    if find_graphs(weights) is None:
        return f"the model {model} needs PyTorch"
    if device not in ("auto", "cpu"):
        return f"device {device} needs PyTorch"
    if strict:
        return "strict needs PyTorch"
    if precision not in ("auto", *precisions(LIGHT)):
        return f"precision {precision} needs PyTorch on this processor"
    return f"running {model} needs OpenVINO (pip install {LIGHT}) or PyTorch"
