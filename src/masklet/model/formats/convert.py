"""Telling what a weights file is, and writing it anew in another layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from ..checkpoint import FORMAT, VERSION, CheckpointError, explain, load_network, own_config, recognised, write_whole
from ..config import NetworkConfig
from ..presets import PRESETS
from .layout import LayoutError
from .reading import Stored, UnreadableError, open_weights
from .recognise import layout_for, network_shapes, recognise

TARGETS = ("masklet", "published", "transformers")


@dataclass(frozen=True)
class Description:
    """What a weights file is.

    title: whose layout. network: the preset's name. parameters: numbers in the file's tensors. dtypes: that they are
    stored in, the commonest first. video: it has the parts that follow objects through videos. fault: a line on why it
    cannot be used; "" when it can.
    """

    title: str
    network: str
    parameters: int
    dtypes: tuple[str, ...]
    video: bool
    fault: str = ""


def describe_checkpoint(path: str | Path) -> Description:
    """What a weights file is, and whether it is whole: every tensor is read. Raises CheckpointError for what is no
    weights file, or holds a network that masklet does not know."""
    path = Path(path)
    try:
        with open_weights(path) as stored:
            if stored.header.get("format") == FORMAT:
                config, title, fault = own_config(path, stored.header), "masklet's own", ""
            else:
                found = recognised(stored)
                config, title = found.config, found.layout.title
                fault = explain(found) if found.faults else ""
            parameters = sum(prod(shape) for shape in stored.shapes.values())
            dtypes = _by_frequency(stored)
    except UnreadableError as error:
        raise CheckpointError(str(error)) from None
    if not fault:
        try:
            load_network(path)
        except CheckpointError as error:
            fault = str(error).removeprefix(f"{path}: ")
    return Description(title, config.name, parameters, dtypes, config.memory is not None, fault)


def convert_checkpoint(source: str | Path, target: str | Path, to: str) -> NetworkConfig:
    """Writes the weights of `source` to `target` in the layout `to`, one of TARGETS, whole or not at all; answers with
    the network. "published" is the layout of the network's makers.

    Numbers keep their precision: converted back, they are the same bits; bfloat16 alone is widened in masklet's own
    layout, which is read without torch. Raises CheckpointError when the source is no whole weights file, the network is
    not published in that layout, or the target's name would make another network of it; OSError when the target cannot
    be written.
    """
    source, target = Path(source), Path(target)
    load_network(source)  # says what is wrong, if anything is
    with open_weights(source) as stored:
        if stored.header.get("format") == FORMAT:
            config, ours = own_config(source, stored.header), stored.tensors
        else:
            found = recognised(stored)
            config = found.config
            ours = found.layout.to_ours(stored.tensors, network_shapes(config))
        if not _possible(to, config):
            network = config.name if config == PRESETS.get(config.name) else f"{config.name} without its memory"
            others = " or ".join(one for one in TARGETS if _possible(one, config))
            raise CheckpointError(f"{source}: {network} has no layout {to!r}: choose {others}")
        if to == "masklet":
            _write_own(config, ours, target)
            return config
        layout = layout_for(to, config)
        assert layout is not None
        try:
            theirs = layout.from_ours(ours)
        except LayoutError as error:
            raise CheckpointError(f"{source}: {error}") from None
        _require_telling_name(config, theirs, target)
        if layout.suffix == ".safetensors":
            write_whole(lambda path: save_file(_apart(theirs), path, {"format": "pt"}), target)
        else:
            held = {name: value.clone() for name, value in theirs.items()}
            write_whole(lambda path: torch.save({layout.wrapper: held} if layout.wrapper else held, path), target)
    return config


def _possible(to: str, config: NetworkConfig) -> bool:
    return config == PRESETS.get(config.name) if to == "masklet" else layout_for(to, config) is not None


def _require_telling_name(config: NetworkConfig, theirs: Mapping[str, Tensor], target: Path) -> None:
    """Of several networks with the same names and shapes the file's name decides: it must say this one."""
    found = recognise({name: tuple(value.shape) for name, value in theirs.items()}, target.stem)
    if found is not None and found.config != config:
        name = config.name.replace("-", "_") + target.suffix
        raise CheckpointError(
            f"{target}: would be taken for {found.config.name}, whose tensors have the same names and shapes: "
            f"call it {target.with_name(name)}"
        )


def _write_own(config: NetworkConfig, ours: Mapping[str, Tensor], target: Path) -> None:
    kept = (torch.float32, torch.float16, torch.int64)
    tensors = {name: value if value.dtype in kept else value.float() for name, value in ours.items()}
    header = {"format": FORMAT, "version": VERSION, "config": config.name}
    write_whole(lambda path: save_file(_apart(tensors), path, header), target)


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """safetensors takes no two tensors that share memory."""
    return {name: value.contiguous().clone() for name, value in tensors.items()}


def _by_frequency(stored: Stored) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for name, dtype in stored.dtypes.items():
        said = str(dtype).removeprefix("torch.")
        counts[said] = counts.get(said, 0) + prod(stored.shapes[name])
    return tuple(sorted(counts, key=lambda name: -counts[name]))
