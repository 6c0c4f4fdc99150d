"""The tensors of a weights file, whoever wrote it: safetensors or PyTorch's archives, a file or a hub's folder.

Nothing in a file is ever run: archives are unpickled by PyTorch's weights-only reader, which refuses everything else.
"""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from .layout import Shape

WRAPPERS = ("model", "state_dict")  # under which training scripts keep the weights, beside their own state
PREFIXES = ("module.", "_orig_mod.")  # that wrappers of networks put before every name
INDEX = "model.safetensors.index.json"
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
FOLDER_FILES = ("model.safetensors", "pytorch_model.bin")
# what is often found under a weights file's name, by its first bytes
OTHERS = (
    (b"version https://git-lfs", "a Git LFS pointer, not the weights themselves: fetch them with `git lfs pull`"),
    (b"<", "a web page, not weights: the download went wrong, fetch it again"),
    (b"\xff\xd8\xff", "a JPEG picture, not weights"),
    (b"\x89PNG", "a PNG picture, not weights"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"GGUF", "a GGUF file, which holds no network that masklet knows"),
)


class UnreadableError(ValueError):
    """A file is missing, broken, or no weights at all. The text is one line and names the file."""


@dataclass(frozen=True)
class Stored:
    """A file's tensors, read when asked for. shapes: by name, prefixes of wrappers taken off. header: a safetensors
    file's own words."""

    path: Path
    shapes: Mapping[str, Shape]
    dtypes: Mapping[str, torch.dtype]
    header: Mapping[str, str]
    _tensors: Mapping[str, Tensor] = field(repr=False)

    def __getitem__(self, name: str) -> Tensor:
        """One tensor, of the file's own dtype. Raises KeyError."""
        return self._tensors[name]

    def __contains__(self, name: object) -> bool:
        return name in self.shapes

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """All of them, by name."""
        return self._tensors


@contextmanager
def open_weights(path: Path) -> Iterator[Stored]:
    """The tensors of a weights file, or of a hub's folder with one. Raises UnreadableError."""
    path = _file_of(path)
    if path.name == INDEX:
        yield _stored(path, _sharded(path), {})
    elif path.suffix == ".safetensors" or _is_safetensors(path):
        tensors, header = _safetensors(path)
        yield _stored(path, tensors, header)
    else:
        yield _stored(path, _archive(path), {})


def _file_of(path: Path) -> Path:
    if path.is_dir():
        found = next((path / name for name in (INDEX, *FOLDER_FILES) if (path / name).is_file()), None)
        if found is None:
            raise UnreadableError(f"{path}: a folder without model.safetensors: give the weights file")
        return found
    if not path.is_file():
        raise UnreadableError(f"{path}: there is no such file")
    with path.open("rb") as file:
        first = file.read(64)
    if not first:
        raise UnreadableError(f"{path}: an empty file: fetch it again")
    for start, what in OTHERS:
        if first.lstrip().startswith(start):
            raise UnreadableError(f"{path}: {what}")
    return path


def _is_safetensors(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.read(9)
    return len(first) == 9 and first[8:9] == b"{" and int.from_bytes(first[:8], "little") < path.stat().st_size


def _safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise UnreadableError(f"{path}: not a whole safetensors file ({_one_line(error)}); fetch it again") from None


def _sharded(index: Path) -> dict[str, Tensor]:
    try:
        files = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        if any(Path(name).name != name for name in files):
            raise ValueError("names files outside its folder")
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnreadableError(f"{index}: not an index of shards ({_one_line(error)})") from None
    tensors: dict[str, Tensor] = {}
    for name in files:
        if not (index.parent / name).is_file():
            raise UnreadableError(f"{index.parent / name}: this shard is missing; the index names {len(files)} of them")
        tensors.update(_safetensors(index.parent / name)[0])
    return tensors


def _archive(path: Path) -> dict[str, Tensor]:
    zipped = _begins(path, ZIP)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on old pickles' versions; what cannot be read is told below
            held = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError:
        if zipped or _begins(path, PICKLE):
            raise UnreadableError(
                f"{path}: holds more than weights; masklet runs no code from files, so it is refused. "
                "Have its maker save the state dict alone"
            ) from None
        raise UnreadableError(f"{path}: neither safetensors nor a PyTorch checkpoint: give a weights file") from None
    except (RuntimeError, OSError, EOFError, LookupError, ValueError, AttributeError, TypeError):
        if zipped:
            raise UnreadableError(f"{path}: cut short, or a zip archive of other things; fetch it again") from None
        raise UnreadableError(f"{path}: neither safetensors nor a PyTorch checkpoint: give a weights file") from None
    for wrapper in WRAPPERS:
        if isinstance(held, dict) and isinstance(held.get(wrapper), dict):
            held = held[wrapper]
            break
    if not isinstance(held, dict) or not held or not all(isinstance(name, str) for name in held):
        raise UnreadableError(f"{path}: a PyTorch file without a state dict: weights have names")
    tensors = {name: value for name, value in held.items() if isinstance(value, Tensor)}
    if len(tensors) < len(held):
        other = next(name for name in held if name not in tensors)
        raise UnreadableError(f"{path}: {other!r:.60} is no tensor: this is no state dict")
    return tensors


def _begins(path: Path, with_: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(with_)) == with_


def _stored(path: Path, tensors: dict[str, Tensor], header: Mapping[str, str]) -> Stored:
    for prefix in PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): value for name, value in tensors.items()}
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    return Stored(path, shapes, {name: value.dtype for name, value in tensors.items()}, header, tensors)


def _one_line(error: Exception | Any) -> str:
    return " ".join(str(error).split())[:160]
