"""Weights files. masklet's own layout is safetensors with the preset's name in its header; others are in `formats`.

Matrices and kernels are stored in half precision; vectors and buffers, which are small and more sensitive (layer
scales, position frequencies), whole. In memory everything is float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from .blank import blank_network
from .config import NetworkConfig
from .formats import LAYOUTS
from .formats.layout import LayoutError
from .formats.reading import Stored, UnreadableError, open_weights
from .formats.recognise import Recognised, network_shapes, recognise
from .network import Network
from .presets import PRESETS

FORMAT, VERSION = "masklet", "1"


class CheckpointError(ValueError):
    """A weights file is missing, broken, or does not fit the network that it names. The text is one line."""


def save_network(network: Network, path: str | Path) -> None:
    """Writes the network's weights, whole or not at all.

    Raises ValueError when the configuration is no preset's (it could not be read back) or a weight is not finite
    in the stored precision; OSError when the file cannot be written.
    """
    path, config = Path(path), network.config
    if PRESETS.get(config.name) != config:
        raise ValueError(f"the configuration {config.name!r} is not one of the presets {', '.join(PRESETS)}")
    buffers = {name for name, _ in network.named_buffers()}
    tensors: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        halved = value.ndim > 1 and name not in buffers
        stored = value.detach().cpu().contiguous().clone()
        if stored.is_floating_point():
            stored = stored.to(torch.float16 if halved else torch.float32)
        if not stored.isfinite().all():
            raise ValueError(f"the weight {name} is not finite as {stored.dtype}")
        tensors[name] = stored
    header = {"format": FORMAT, "version": VERSION, "config": config.name}
    write_whole(lambda temporary: save_file(tensors, temporary, header), path)


def write_whole(write: Callable[[Path], None], target: Path) -> None:
    """A weights file by safetensors or torch, whole or not at all. Raises OSError when it cannot be written."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.touch()
        mode = temporary.stat().st_mode
        write(temporary)
        temporary.chmod(mode)  # safetensors leaves what its owner alone may read
        os.replace(temporary, target)
    except (SafetensorError, RuntimeError) as error:  # their words for a full disk
        raise OSError(_one_line(error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def load_network(path: str | Path) -> Network:
    """The network of a weights file, in float32 on the CPU, ready for inference. Nothing in the file is executed.

    path: masklet's own file, or a published one in any of `formats.LAYOUTS`, which is recognised from its names and
    shapes; or a hub's folder with one. Raises CheckpointError when it is missing, broken, of another kind, or does not
    fit its network.
    """
    path = Path(path)
    try:
        network = _load_own(path) if _is_own(path) else _load_published(path)
    except UnreadableError as error:
        raise CheckpointError(str(error)) from None
    return network.eval().requires_grad_(False)


def _is_own(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with safe_open(path, framework="numpy") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (SafetensorError, OSError):
        return False  # reading it as any other file says what is wrong


def _load_own(path: Path) -> Network:
    try:
        with safe_open(path, framework="numpy") as file:
            config = own_config(path, file.metadata() or {})
            network = blank_network(config)
            names = file.keys()
            slices = {name: file.get_slice(name) for name in names}
            _compare(path, network, {name: tuple(one.get_shape()) for name, one in slices.items()})
            whole = _counters(network)
            for name, one in slices.items():
                if one.get_dtype() not in (("I64",) if name in whole else ("F16", "F32")):
                    wanted = "I64" if name in whole else "F16 or F32"
                    raise CheckpointError(f"{path}: the weight {name} is {one.get_dtype()}, not {wanted}")
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: not a whole safetensors file ({_one_line(error)})") from None
    weights: dict[str, Tensor] = {}
    for name, value in tensors.items():
        # numpy, not torch: hundreds of small conversions are no work for a pool of threads
        if not np.isfinite(value).all():
            raise CheckpointError(f"{path}: the weight {name} holds values that are not finite numbers")
        weights[name] = torch.from_numpy(value if name in whole else value.astype(np.float32))
    network.load_state_dict(weights, assign=True)
    return network


def _load_published(path: Path) -> Network:
    with open_weights(path) as stored:
        found = recognised(stored)
        if found.faults:
            raise CheckpointError(f"{path}: {explain(found)}")
        try:
            tensors = found.layout.to_ours(stored.tensors, network_shapes(found.config))
        except LayoutError as error:
            raise CheckpointError(f"{path}: {found.layout.title}: {error}") from None
        network = blank_network(found.config)
        whole = _counters(network)
        for name, value in tensors.items():
            if value.is_floating_point() == (name in whole):
                wanted = "a whole" if name in whole else "a floating-point"
                raise CheckpointError(f"{path}: the weight {name} is {value.dtype}, not {wanted} number")
            # a copy of its own: what is mapped from the file would change or vanish with it
            tensors[name] = value.to(torch.int64 if name in whole else torch.float32, copy=True).contiguous()
            if not tensors[name].isfinite().all():
                raise CheckpointError(f"{path}: the weight {name} holds values that are not finite numbers")
    network.load_state_dict(tensors, assign=True)
    return network


def _counters(network: Network) -> set[str]:
    """The weights that are whole numbers: how many batches a norm has seen."""
    return {name for name, value in network.state_dict().items() if not value.is_floating_point()}


def recognised(stored: Stored) -> Recognised:
    """What the tensors of a file are. Raises CheckpointError when no network of ours comes near."""
    found = recognise(stored.shapes, stored.path.stem)
    if found is None:
        like = f", named like {next(iter(stored.shapes))!r:.60}" if stored.shapes else ""
        known = ", ".join(layout.title for layout in LAYOUTS)
        raise CheckpointError(
            f"{stored.path}: {len(stored.shapes)} tensors{like}: of no network that masklet knows; "
            f"it reads its own files, {known}"
        )
    return found


def explain(found: Recognised) -> str:
    """A line on why a file is not the network that it comes nearest to."""
    more = f" (and {len(found.faults) - 1} more)" if len(found.faults) > 1 else ""
    return f"looks like {found.layout.title} of {found.config.name}, but {found.faults[0]}{more}"


def own_config(path: Path, metadata: Mapping[str, str]) -> NetworkConfig:
    """The network that the header of one of masklet's files names. Raises CheckpointError when it names none."""
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path}: a safetensors file, but not one of masklet's (its header says no format)")
    if metadata.get("version") != VERSION:
        raise CheckpointError(f"{path}: layout {metadata.get('version', '?')!r:.40} is newer than this masklet's")
    name = metadata.get("config", "")
    if name not in PRESETS:
        raise CheckpointError(f"{path}: names the unknown network {name!r:.40}; known are {', '.join(PRESETS)}")
    return PRESETS[name]


def _compare(path: Path, network: Network, found: dict[str, tuple[int, ...]]) -> None:
    """Raises when names or shapes are not the network's; before any tensor is read."""
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    faults = (
        [f"lacks {name}" for name in wanted.keys() - found.keys()]
        + [f"has the unknown {name:.60}" for name in found.keys() - wanted.keys()]
        + [f"{n} is {found[n]}, not {wanted[n]}" for n in wanted.keys() & found.keys() if found[n] != wanted[n]]
    )
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise CheckpointError(f"{path}: does not fit the network {network.config.name}: {min(faults)}{more}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
