"""`masklet export`: what it says; whole exports are tested in tests/export and tests/examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from masklet.commands import export
from masklet.errors import ModelError
from masklet.export import exporting
from masklet.export.check import Checked
from masklet.export.exporting import CheckFailed, Order
from masklet.runtime.manifest import FileSpec, Manifest
from tests.commands.conftest import Ended
from tests.runtime.test_manifest import MANIFEST

CHECKED = Checked("drawn", 4, 3, 11, 1e-5, 0.0, 0.0, 0.0, 0.9987, 1e-3)


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What was ordered; nothing is exported."""
    seen: list[Order] = []

    def make(order: Order, folder: Path, progress: Callable[[str], Any]) -> Manifest:
        exporting.check_order(order)
        seen.append(order)
        progress("see")
        if order.model == "differs":
            raise CheckFailed(replace(CHECKED, logits=0.5))
        if order.model == "unknown":
            raise ModelError("no model 'unknown'")
        files = {"see.onnx": FileSpec(12_900_000, "00")}
        return replace(MANIFEST, model=order.model, fixed=order.fixed, files=files, check=CHECKED.as_json())

    monkeypatch.setattr(exporting, "export_model", make)
    return seen


def test_the_summary_tells_the_difference(run: Callable[..., Ended], orders: list[Order]) -> None:
    ended = run("export", "out")
    assert ended.code == 0
    assert "see.onnx: 12.9 MB" in ended.out
    assert "differ from torch's by 1e-05 at most (bound 0.001)" in ended.out
    assert (orders[0].model, orders[0].target, orders[0].fixed, orders[0].clip) == ("nano", "onnx", {}, "drawn")
    assert len(orders[0].pictures) == 20


def test_json_is_one_object_and_nothing_else(run: Callable[..., Ended], orders: list[Order], clip: Path) -> None:
    words = ("--to", "openvino", "--objects", 2, "--points", 3, "--check", clip, "--frames", 5, "--bound", 0.01)
    ended = run("export", "out", *words, "--json", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    said = json.loads(ended.out)
    assert said["check"]["logits"] == 1e-5
    assert said["fixed"] == {"objects": 2, "points": 3}
    assert said["outputs"]["files"] == {"see.onnx": 12_900_000}
    assert (len(orders[0].pictures), orders[0].bound, orders[0].clip) == (5, 0.01, str(clip))


@pytest.mark.usefixtures("orders")
def test_a_failed_check_ends_with_1(run: Callable[..., Ended]) -> None:
    ended = run("export", "out", "--model", "differs", "--quiet")
    assert ended.code == 1
    assert "differ from torch's by 0.5, more than 0.001; nothing was written" in ended.line


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["out", "--to", "coreml"], "onnx or openvino"),
        (["out", "--model", "unknown"], "no model"),
        (["out", "--check", "nowhere.mp4"], "nowhere.mp4"),
        (["out", "--objects", "0"], "objects"),
        (["out", "--pointers", "3"], "give both"),
        (["full"], "thesis.txt"),
        (["full/thesis.txt"], "is a file"),
        ([], "DIR"),
    ],
)
def test_what_users_get_wrong(words: list[str], said: str, run: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    ended = run("export", *words, "--quiet")
    assert ended.code == 2
    assert said in ended.line
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("orders")
def test_without_torch_the_extra_is_named(run: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "find_spec", lambda _: None)
    ended = run("export", "out", "--quiet")
    assert ended.code == 2
    assert 'needs torch, which is not installed: pip install "masklet[export]"' in ended.line
