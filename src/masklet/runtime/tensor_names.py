"""The names of a weights file's tensors, and what they tell of its network: without torch, and nothing is run."""

from __future__ import annotations

import io
import json
import pickletools
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

INDEX = "model.safetensors.index.json"
FOLDER_FILES = (INDEX, "model.safetensors", "pytorch_model.bin")
MOST_BYTES = 1 << 24  # of names; a published file has a tenth of a megabyte
PICKLES = 4  # PyTorch's old files: a mark, a version, the machine, then the names


def has_memory(weights: Path) -> bool | None:
    """Whether the network of these weights has a memory, as its tensors' names tell in every layout that masklet reads.

    weights: a file, or a hub's folder with one. None where names do not tell: a broken file, or one of other things.
    """
    if weights.is_dir():
        weights = next((path for name in FOLDER_FILES if (path := weights / name).is_file()), weights)
    try:
        names = [str(name) for name in _names(weights)]
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None  # whoever reads it as a whole says what is wrong
    if any("memory_attention." in name for name in names):
        return True
    return False if any("mask_decoder." in name for name in names) else None


def _names(path: Path) -> Iterator[str]:
    """The names in a file, maybe among other words."""
    if path.name == INDEX:
        yield from json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        return
    with path.open("rb") as file:
        head = file.read(9)
        if head[8:] == b"{":  # safetensors: the header's length, and the header
            length = int.from_bytes(head[:8], "little")
            if length > MOST_BYTES:
                raise ValueError("no header is that long")
            file.seek(8)
            yield from json.loads(file.read(length))
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                (pickled,) = (one for one in archive.infolist() if one.filename.endswith("/data.pkl"))
                if pickled.file_size > MOST_BYTES:
                    raise ValueError("no names are that long")
                yield from _words(archive.read(pickled), 1)
        else:
            file.seek(0)
            yield from _words(file.read(MOST_BYTES), PICKLES)


def _words(data: bytes, pickles: int) -> Iterator[str]:
    """The texts in pickles that lie one behind the other."""
    file = io.BytesIO(data)
    for _ in range(pickles):
        for operation, value, _ in pickletools.genops(file):
            if isinstance(value, str) and "UNICODE" in operation.name:
                yield value
