"""Published weights as graphs for OpenVINO."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from masklet.export import converting
from masklet.export.check import check_parts
from masklet.export.clip import draw_clip
from masklet.export.converting import convert_network, main
from masklet.export.exporting import CheckFailed, UnfitError
from masklet.model.config import MemoryConfig, NetworkConfig
from masklet.model.formats.mobile_sam import LAYOUT
from masklet.model.network import Network
from masklet.model.presets import PRESETS
from masklet.runtime.converted import BEGUN, CANNOT, MADE, NO_WEIGHTS, WATCHED
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.manifest import Manifest, read_manifest
from masklet.session.image import ImageSession
from tests.export import unending
from tests.export.eager import eager_runtime
from tests.model.random_weights import random_network
from tests.model.small import PLAIN_VIT, small_network


@pytest.mark.parametrize("name", ["small-vit", pytest.param("small-hiera", marks=pytest.mark.slow)])
def test_a_network_runs_from_its_folder(name: str, tmp_path: Path) -> None:
    network = small_network(name)
    manifest = convert_network(copy.deepcopy(network), f"{name}.pt", tmp_path / "out")
    assert manifest == read_manifest(tmp_path / "out") and manifest.model == f"{name}.pt"
    assert manifest.check is not None and manifest.check["logits"] < 1e-3
    assert not [path for path in tmp_path.iterdir() if path.name != "out"]
    answers = ImageSession(ExportedRuntime(tmp_path / "out"), draw_clip(1)[0]).segment(points=[(60, 60)])
    assert len(answers) == 3 and all(np.isfinite(one.logits).all() for one in answers)


def test_networks_that_no_graph_can_stand_for(tmp_path: Path) -> None:
    assert PLAIN_VIT.memory is not None
    memory: MemoryConfig = replace(PLAIN_VIT.memory, pooling="raised")
    config: NetworkConfig = replace(PLAIN_VIT, memory=memory)
    with pytest.raises(UnfitError, match="cannot be exported"):
        convert_network(random_network(config), "pooled.pt", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_the_quick_check_compares_every_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, exported = eager_runtime(small_network("small-hiera"), tmp_path, monkeypatch)
    called: list[str] = []
    for verb in ("see", "recall", "decode", "remember"):
        own = getattr(exported, verb)
        monkeypatch.setattr(exported, verb, lambda *a, own=own, verb=verb: (called.append(verb), own(*a))[1])
    checked = check_parts(reference, exported, draw_clip(2), "drawn", quick=True)
    assert checked.good and checked.objects == 1 and set(called) == {"see", "recall", "decode", "remember"}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "mobile_sam.pt"
    torch.save(LAYOUT.from_ours(random_network(PRESETS["mobile-sam"]).state_dict()), path)
    return path


@pytest.mark.parametrize(
    ("problem", "code"),
    [(None, 0), (UnfitError("no graph"), CANNOT), (CheckFailed, CANNOT)],
    ids=["well", "unfit", "differs"],
)
def test_the_exit_code_tells_whether_to_try_again(
    weights: Path,
    tmp_path: Path,
    problem: Exception | type[CheckFailed] | None,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def convert(network: Network, name: str, folder: Path, tell: Callable[[int, int], None]) -> Manifest | None:
        assert network.config.name == "mobile-sam" and name == weights.name
        tell(1, 7)
        if problem is CheckFailed:
            reference, exported = eager_runtime(small_network("small-vit"), tmp_path, monkeypatch)
            raise CheckFailed(check_parts(reference, exported, draw_clip(1), "drawn", bound=-1.0))
        if isinstance(problem, Exception):
            raise problem
        return None

    monkeypatch.setattr(converting, "convert_network", convert)
    assert main([str(weights), str(tmp_path / "out")]) == code
    said = capsys.readouterr()
    assert said.out.splitlines() == [BEGUN, f"{MADE} 1 7"] and len(said.err.splitlines()) == (1 if code else 0)


def test_a_broken_file_is_not_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.pt").write_bytes(b"no weights")
    assert main([str(tmp_path / "broken.pt"), str(tmp_path / "out")]) == NO_WEIGHTS
    said = capsys.readouterr()
    assert not said.out and "broken.pt" in said.err


def test_it_ends_with_its_standard_input_and_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "graphs/out"
    words = [sys.executable, unending.__file__, str(weights), str(out), WATCHED]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdin is not None
        assert [next(child.stdout).split() for _ in range(2)] == [[BEGUN], [MADE, "1", "7"]]
        assert list(out.parent.iterdir())
        child.stdin.close()
        assert child.wait(timeout=60) == 2
    assert not list(out.parent.iterdir())
