"""Whether a network has a memory, told by its tensors' names: for all layouts, all kinds of files, and broken ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from masklet.model.formats import LAYOUTS
from masklet.model.formats.layout import Layout
from masklet.model.formats.recognise import network_shapes
from masklet.model.presets import PRESETS
from masklet.runtime.tensor_names import INDEX, has_memory

STILL = ("image_encoder.neck.0.weight", "mask_decoder.iou_token.weight")
FOLLOWING = (*STILL, "memory_attention.norm.weight")
KINDS = ("w.safetensors", "w.pt", "old.pt", "wrapped.pt", "folder", "shards")


def write(folder: Path, kind: str, names: tuple[str, ...]) -> Path:
    """A weights file, or a hub's folder, with these names."""
    tensors = {name: np.zeros(3, np.float32) for name in names}
    as_torch = {name: torch.from_numpy(value) for name, value in tensors.items()}
    path = folder / kind
    if kind == "w.safetensors":
        save_file(tensors, path)
    elif kind == "folder":
        path.mkdir()
        torch.save(as_torch, path / "pytorch_model.bin")
    elif kind == "shards":
        path.mkdir()
        (path / INDEX).write_text(json.dumps({"weight_map": dict.fromkeys(names, "model-1.safetensors")}))
    elif kind == "wrapped.pt":
        torch.save({"model": {f"module.{name}": value for name, value in as_torch.items()}}, path)
    else:
        torch.save(as_torch, path, _use_new_zipfile_serialization=kind != "old.pt")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_tells(kind: str, tmp_path: Path) -> None:
    for folder, names, told in (("a", STILL, False), ("b", FOLLOWING, True), ("c", ("conv.weight",), None)):
        (tmp_path / folder).mkdir()
        assert has_memory(write(tmp_path / folder, kind, names)) is told


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_published_network_is_told(layout: Layout, tmp_path: Path) -> None:
    for number, config in enumerate(layout.networks()):
        path = write(tmp_path, "shards", tuple(layout.shapes(network_shapes(config))))
        assert has_memory(path) is (config.memory is not None), config.name
        path.rename(tmp_path / str(number))


@pytest.mark.parametrize("name", PRESETS)
def test_every_network_of_our_own_is_told(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, "w.safetensors", tuple(network_shapes(PRESETS[name])))
    assert has_memory(path) is (PRESETS[name].memory is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_broken_file_nothing_is_told(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path, kind, STILL)
    broken = next(path.iterdir()) if path.is_dir() else path
    data = broken.read_bytes()
    for left in (0, 1, 9, 20, 60):
        broken.write_bytes(data[:left])
        assert has_memory(path) is None


@pytest.mark.parametrize(
    "data",
    [b"\xff" * 8 + b"{", b"\x02" + bytes(7) + b"{}", b"\x80\x02junk", b"[1]", b"PK\x03\x04" * 9],
    ids=["a header beyond the end", "no names", "no pickle", "text", "no archive"],
)
def test_of_other_files_nothing_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(data)
    assert has_memory(tmp_path / "w") is None
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / INDEX).write_text('{"weight_map": 3}')
    assert has_memory(tmp_path / "hub") is None is has_memory(tmp_path / "nowhere")


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    hostile = b"cos\nmkdir\n(X" + len(str(tmp_path / "ran")).to_bytes(4, "little") + str(tmp_path / "ran").encode()
    (tmp_path / "w.pt").write_bytes(hostile + b"tR.")
    assert has_memory(tmp_path / "w.pt") is None
    assert not (tmp_path / "ran").exists()
