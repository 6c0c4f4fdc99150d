"""Weights files without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from masklet.errors import ModelError
from masklet.runtime.weights import network_named_in, read_weights

SHAPES = {"a": (2, 3), "b": (4,)}
OURS = {"format": "masklet", "version": "1", "config": "nano"}


def write(folder: Path, *, value: float = 1.5, metadata: dict[str, str] | None = None) -> Path:
    tensors = {"a": np.full((2, 3), value, np.float16), "b": np.arange(4, dtype=np.float32), "more": np.zeros(1)}
    save_file(tensors, folder / "w.safetensors", metadata)
    return folder / "w.safetensors"


def test_halves_come_out_whole_and_what_is_not_wanted_stays(tmp_path: Path) -> None:
    found = read_weights(write(tmp_path), SHAPES)
    assert list(found) == ["a", "b"]
    assert all(one.dtype == np.float32 for one in found.values())
    np.testing.assert_array_equal(found["a"], np.full((2, 3), 1.5))


@pytest.mark.parametrize(
    ("wanted", "text"), [({"c": (1,)}, "it lacks c"), ({"a": (3, 2)}, r"a is \(2, 3\), not \(3, 2\)")]
)
def test_what_does_not_fit_is_told(wanted: dict[str, tuple[int, ...]], text: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"does not fit the graphs that should run it: {text}"):
        read_weights(write(tmp_path), wanted)


def test_broken_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the weight a holds values that are not finite"):
        read_weights(write(tmp_path, value=float("nan")), SHAPES)
    path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ModelError, match=r"not a whole safetensors file \([^\n]*\)$"):
        read_weights(path, SHAPES)


def test_only_our_own_files_name_their_network(tmp_path: Path) -> None:
    assert network_named_in(write(tmp_path, metadata=OURS)) == "nano"
    assert network_named_in(write(tmp_path, metadata={"config": "nano"})) is None
    assert network_named_in(write(tmp_path)) is None
    (tmp_path / "w.safetensors").write_bytes(b"no weights")
    assert network_named_in(tmp_path / "w.safetensors") is None
    assert network_named_in(tmp_path / "w.pt") is None
