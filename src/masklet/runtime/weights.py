"""masklet's own weights files, read without torch: whose they are, and their numbers by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from masklet.errors import ModelError

FORMAT = "masklet"


def network_named_in(path: Path) -> str | None:
    """The network that the header of one of masklet's files names; None for a file of another kind, or a broken one."""
    from safetensors import SafetensorError, safe_open

    if path.suffix != ".safetensors" or not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            said = file.metadata() or {}
    except (SafetensorError, OSError):
        return None  # whoever reads it as a whole says what is wrong
    return said.get("config") if said.get("format") == FORMAT else None


def read_weights(path: Path, wanted: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    """The weights of these names and shapes as float32.

    Raises ModelError when the file is no whole safetensors file, lacks one, has it in another shape, or holds what is
    no finite number.
    """
    from safetensors import SafetensorError, safe_open

    found: dict[str, NDArray[np.float32]] = {}
    try:
        with safe_open(path, framework="numpy") as file:
            if misfit := _misfit(wanted, _shapes(file)):
                raise ModelError(f"{path}: does not fit the graphs that should run it: {misfit}")
            for name in wanted:
                found[name] = file.get_tensor(name).astype(np.float32)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path}: not a whole safetensors file ({' '.join(str(error).split())[:160]})") from None
    for name, value in found.items():
        if not np.isfinite(value).all():
            raise ModelError(f"{path}: the weight {name} holds values that are not finite numbers")
    return found


def _shapes(file: Any) -> dict[str, tuple[int, ...]]:
    names: Sequence[str] = file.keys()
    return {name: tuple(file.get_slice(name).get_shape()) for name in names}


def _misfit(wanted: Mapping[str, tuple[int, ...]], there: Mapping[str, tuple[int, ...]]) -> str | None:
    """The first thing by which the file differs from what is wanted; more in the file than wanted does not matter."""
    for name, shape in wanted.items():
        if name not in there:
            return f"it lacks {name}"
        if there[name] != shape:
            return f"{name} is {there[name]}, not {shape}"
    return None
