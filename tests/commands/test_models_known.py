"""`masklet models list` and `show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet.runtime import list_models
from tests.commands.conftest import Ended

Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_list_has_a_line_for_every_model_the_embedded_one_first(run: Run) -> None:
    head, first, *lines = run("models", "list").out.splitlines()
    names = [one.name for one in list_models()]
    assert head.split()[:3] == ["model", "parameters", "licence"]
    assert first.split()[0] == "nano" and first.endswith("in the package")
    assert [line.split()[0] for line in lines[: len(names) - 1]] == names[1:]


def test_the_list_tells_figures_licences_and_how_to_get_what_is_not_here(run: Run, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "sam2.1-small.pt").touch()
    lines = {line.split()[0]: line for line in run("models", "list").out.splitlines()}
    assert "Apache-2.0  76.5" in lines["sam2.1-tiny"] and " 91 " in lines["sam2.1-tiny"]
    assert lines["sam2.1-tiny"].endswith("masklet models fetch sam2.1-tiny")
    assert lines["sam2.1-small"].endswith(str(home / "models" / "sam2.1-small.pt"))
    assert "58.1 (81.3)" in lines["sam-vit-h"]


def test_the_json_list_names_each_figures_source(run: Run) -> None:
    models = {one["name"]: one for one in json.loads(run("models", "list", "--json").out)["models"]}
    tiny = models["sam2.1-tiny"]
    assert tiny["url"].endswith("sam2.1_hiera_tiny.pt") and len(tiny["sha256"]) == 64 and not tiny["present"]
    assert {"what": "SA-V test, J&F", "value": 76.5, "source": "the README of facebookresearch/sam2"} in tiny["figures"]
    assert models["nano"]["url"] is None and models["nano"]["figures"] == []


def test_show_prints_the_embedded_models_card(run: Run) -> None:
    card = next(one for one in list_models() if one.embedded).path.with_suffix(".md").read_text(encoding="utf-8")
    assert run("models", "show", "nano").out == card
    assert json.loads(run("models", "show", "nano", "--json").out)["card"] == card


def test_show_tells_what_is_known_of_a_published_model(run: Run) -> None:
    said = run("models", "show", "sam-vit-h").out
    assert "641,090,608 parameters" in said and "sam_vit_h_4b8939.pth" in said
    assert "SA-23, mIoU at 1 click: 58.1   (SAM 2 (Ravi et al. 2024), arXiv:2408.00714)" in said
    assert "not here: masklet models fetch sam-vit-h" in said


def test_a_model_without_figures_says_so(run: Run) -> None:
    assert "no figures published" in run("models", "show", "sam-vit-b").out


@pytest.mark.parametrize("command", ["show", "fetch"])
def test_a_model_that_is_none_is_told(run: Run, command: str) -> None:
    ended = run("models", command, "micro")
    assert ended.code == 2 and "no model 'micro': choose nano, sam2-tiny" in ended.line
