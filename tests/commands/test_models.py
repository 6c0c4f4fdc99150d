"""`masklet models`: the list, what a file is, and its conversion."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ended


def test_models_alone_lists_them(run: Callable[..., Ended]) -> None:
    assert run("models").out == run("models", "list").out


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SAM 2.1 tiny with random weights, as Meta publishes it."""
    import torch

    from masklet.model.formats.recognise import layout_for, network_shapes
    from masklet.model.presets import PRESETS

    config = PRESETS["sam2.1-tiny"]
    layout = layout_for("published", config)
    assert layout is not None
    weights = {name: torch.randn(shape) * 0.02 for name, shape in network_shapes(config).items()}
    path = tmp_path_factory.mktemp("published") / "sam2.1_hiera_tiny.pt"
    torch.save({"model": layout.from_ours(weights)}, path)
    return path


def test_check_tells_what_a_file_is(run: Callable[..., Ended], published: Path) -> None:
    ended = run("models", "check", str(published), "--json")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert found["model"] == "sam2.1-tiny" and found["layout"] == "Meta's SAM 2 checkpoint"
    # what trains, and buffers beside it: the frequencies of positions
    assert found["parameters"] == 38_962_498 + 256
    assert found["precision"] == ["float32"] and found["video"]
    assert "sam2.1-tiny, Meta's SAM 2 checkpoint, whole" in run("models", "check", str(published)).out


def test_a_models_name_stands_for_its_file(run: Callable[..., Ended], tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.safetensors")
    assert run("models", "convert", "nano", copy).code == 0
    for one in ("nano", copy):
        assert json.loads(run("models", "check", one, "--json").out)["model"] == "nano"


def test_a_damaged_file_is_told_in_one_line(run: Callable[..., Ended], published: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.pt").write_bytes(published.read_bytes()[:100_000])
    ended = run("models", "check", str(tmp_path / "cut.pt"))
    assert ended.code == 2 and "cut short" in ended.line


def test_convert_writes_what_loads(run: Callable[..., Ended], published: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.safetensors"
    ended = run("models", "convert", str(published), str(target), "--to", "transformers", "--json")
    assert json.loads(ended.out)["model"] == "sam2.1-tiny"
    assert "transformers' SAM 2 model, whole" in run("models", "check", str(target)).out


@pytest.mark.parametrize(
    ("target", "to", "said"),
    [
        ("out.pt", "onnx", "no layout 'onnx' to convert to"),
        ("nowhere/out.pt", "published", "not a file's name in a folder that exists"),
        ("", "published", "not a file's name"),
    ],
)
def test_a_conversion_that_cannot_be_is_refused(
    run: Callable[..., Ended], published: Path, tmp_path: Path, target: str, to: str, said: str
) -> None:
    ended = run("models", "convert", str(published), str(tmp_path / target), "--to", to)
    assert ended.code == 2 and said in ended.line
    assert not list(tmp_path.iterdir())


def test_a_file_never_replaces_itself(run: Callable[..., Ended], published: Path) -> None:
    ended = run("models", "convert", str(published), str(published))
    assert ended.code == 2 and "this is the source itself" in ended.line


def test_published_files_are_found_by_the_models_name(
    run: Callable[..., Ended], published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "sam2.1-tiny.pt").symlink_to(published)
    listed = {one["name"]: one for one in json.loads(run("models", "list", "--json").out)["models"]}
    assert listed["sam2.1-tiny"]["present"] and listed["sam2.1-tiny"]["path"].endswith("sam2.1-tiny.pt")
    assert not listed["sam2.1-small"]["present"]
