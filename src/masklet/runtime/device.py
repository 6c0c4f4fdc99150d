"""On which of torch's devices the network runs, and in which number format."""

from __future__ import annotations

import torch

from masklet.errors import ModelError

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def pick_device(name: str) -> torch.device:
    """The device of this name, "auto" being the best there is. Raises ModelError when there is none such."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ModelError(f"no device {name!r}: say auto, cpu, cuda, cuda:1 … or mps") from None
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device.type == "cuda" and there["cuda"] and (device.index or 0) >= torch.cuda.device_count():
        raise ModelError(f"no device {name!r}: this machine's last is cuda:{torch.cuda.device_count() - 1}")
    if not there.get(device.type, False):
        raise ModelError(f"no device {name!r} on this machine, or this PyTorch cannot use it: say auto or cpu")
    return device


def pick_precision(name: str, device: torch.device) -> torch.dtype:
    """The number format of this name, "auto" being what suits the device. Raises ModelError for unknown names."""
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    if name not in PRECISIONS:
        raise ModelError(f"no precision {name!r}: say auto, {', '.join(PRECISIONS)}")
    return PRECISIONS[name]


def device_name(device: torch.device) -> str:
    """What reports call it: "cpu", "mps", or a GPU's own name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
