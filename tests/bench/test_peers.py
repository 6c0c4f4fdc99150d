"""Which peers there are, and their environments."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from masklet.bench import peers
from masklet.bench.peers import PEERS, PeerMissingError, environment_of, find_peers
from masklet.errors import InputError
from masklet.runtime.catalogue import PUBLISHED


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What pip is asked for; it installs nothing."""
    asked: list[list[str]] = []

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(words)
        Path(words[words.index("--target") + 1]).mkdir(parents=True)
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    return asked


def test_every_peer_runs_published_networks_by_a_script_that_is_there() -> None:
    for peer in PEERS.values():
        assert find_spec(peer.script) and set(peer.models) <= PUBLISHED.keys()
        assert all("==" in one for one in peer.requirements)
        assert all(any(one.startswith(f"{name}==") for one in peer.requirements) for name in peer.named)


def test_peers_are_asked_for_by_name() -> None:
    assert find_peers("sam2, edgetam,sam2") == ("sam2", "edgetam")
    with pytest.raises(InputError, match="--against 'detectron': choose sam2, transformers, edgetam"):
        find_peers("sam2,detectron")


def test_an_environment_is_made_once(pip: list[list[str]], tmp_path: Path) -> None:
    folder = environment_of("sam2")
    assert folder.parent == tmp_path / "home" / "peers" and environment_of("sam2") == folder
    assert environment_of("edgetam") != folder
    first, second = pip
    assert set(PEERS["sam2"].requirements) <= set(first) and set(PEERS["edgetam"].requirements) <= set(second)
    assert "--no-deps" in first  # otherwise another torch would come along


def test_what_was_not_installed_whole_is_installed_again(pip: list[list[str]]) -> None:
    folder = environment_of("sam2")
    (folder / ".installed").unlink()
    for left in folder.iterdir():
        left.unlink()
    folder.rmdir()
    assert environment_of("sam2") == folder and len(pip) == 2


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("noise\nERROR: No matching distribution found for sam2==1.1.0\n", "No matching distribution found"),
        ("", "pip failed"),
    ],
)
def test_a_peer_that_cannot_be_installed_is_told(
    said: str, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path))
    with pytest.raises(PeerMissingError, match=f"Meta's sam2 cannot be installed: .*{line}") as caught:
        environment_of("sam2")
    assert "\n" not in str(caught.value)


def test_an_installation_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("pip", peers.TIMEOUT)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path))
    with pytest.raises(PeerMissingError, match="pip took more than"):
        environment_of("transformers")
