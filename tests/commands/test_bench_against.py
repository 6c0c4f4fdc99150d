"""`masklet bench --against`, without the peers themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from masklet.bench import peers
from masklet.bench.peers import PeerMissingError
from masklet.cli import main
from masklet.commands import bench_against


@pytest.fixture
def no_peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None can be installed, and no weights are drawn."""

    def refuse(name: str) -> Path:
        raise PeerMissingError(f"{name} cannot be installed: no network")

    monkeypatch.setattr(peers, "environment_of", refuse)
    monkeypatch.setattr(bench_against, "_drawn", lambda network: tmp_path / f"{network}.safetensors")
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("no_peers")
def test_peers_that_cannot_be_installed_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "--against", "sam2,transformers,edgetam", "--out", str(tmp_path / "out"), "--json", "--quiet"]
    assert main(words) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told == json.loads((tmp_path / "out" / "against.json").read_text())
    assert [(run["model"], run["drawn_weights"], list(run["missing"])) for run in told["runs"]] == [
        ("sam2.1-tiny", True, ["sam2", "transformers"]),
        ("edgetam", True, ["edgetam"]),
    ]
    assert said.err.splitlines() == [
        f"masklet: {name} cannot be installed: no network" for name in ("sam2", "transformers", "edgetam")
    ]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--against", "abacus"], "--against 'abacus': choose sam2, transformers, edgetam"),
        (["--against", "sam2", "--no-speed"], "--against times one model"),
        (["--against", "sam2", "--model", "nano", "--model", "edgetam"], "--against times one model"),
        (["--against", "sam2", "--model", "no-such-model"], "no model 'no-such-model'"),
    ],
)
def test_what_cannot_be_is_told(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *words]) == 2
    said = capsys.readouterr().err
    assert line in said and len(said.strip().splitlines()) == 1
