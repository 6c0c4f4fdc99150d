"""`masklet models fetch`: into the folder where weights are found by name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import masklet
from masklet.commands import models_fetch
from masklet.hub.published import PUBLISHED
from masklet.runtime.catalogue import EMBEDDED_FOLDER
from tests.commands.conftest import Ended
from tests.hub.file_server import FileServer, random_bytes, serve

Run = Callable[..., Ended]
NAME = "mobile-sam"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """In the publishers' place, with a file of random bytes whose hash is the known one."""
    with serve(random_bytes(200_000)) as file:
        hand_out(file, monkeypatch)
        yield file


def hand_out(file: FileServer, monkeypatch: pytest.MonkeyPatch, hashed: bool = True) -> None:
    known = replace(PUBLISHED[NAME], url=file.url, sha256=file.sha256 if hashed else None)
    monkeypatch.setattr(models_fetch, "PUBLISHED", {NAME: known})


def write_mobile_sam(path: Path) -> None:
    import torch

    from masklet.model.formats.mobile_sam import LAYOUT
    from masklet.model.presets import PRESETS
    from tests.model.random_weights import random_network

    torch.save(LAYOUT.from_ours(random_network(PRESETS[NAME]).state_dict()), path)


def test_what_is_fetched_is_loaded_by_its_name(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from masklet.cli import main

    write_mobile_sam(tmp_path / "weights.pt")
    with serve((tmp_path / "weights.pt").read_bytes()) as file:
        hand_out(file, monkeypatch)
        assert main(["models", "fetch", NAME, "--quiet"]) == 0
    assert (home / "models" / f"{NAME}.pt").is_file()
    assert masklet.load(NAME, device="cpu").name == NAME


def test_fetching_says_what_was_done(run: Run, server: FileServer, home: Path) -> None:
    result = json.loads(run("models", "fetch", NAME, "--json").out)
    target = home / "models" / f"{NAME}.pt"
    assert target.read_bytes() == server.data
    assert result["outputs"] == {"weights": str(target)} and result["bytes"] == len(server.data)
    assert (result["checked_by"], result["already_here"], result["url"]) == ("sha256", False, server.url)
    said = run("models", "fetch", NAME, "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert "already here, its SHA-256 is the published file's" in run("models", "fetch", NAME).out


def test_a_mirrors_file_must_be_the_published_one(run: Run, server: FileServer, home: Path) -> None:
    with serve(random_bytes(1000, seed=2)) as mirror:
        ended = run("models", "fetch", NAME, "--from", mirror.url)
        assert ended.code == 2 and "gave another file" in ended.line
        mirror.data = server.data
        assert run("models", "fetch", NAME, "--from", mirror.url).code == 0
    assert server.asked == []


def test_without_a_published_hash_the_tensors_are_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mobile_sam(tmp_path / "weights.pt")
    with serve((tmp_path / "weights.pt").read_bytes()) as file:
        hand_out(file, monkeypatch, hashed=False)
        assert "its tensors are whole, those of mobile-sam" in run("models", "fetch", NAME).out
    assert json.loads(run("models", "fetch", NAME, "--json").out)["checked_by"] is None


def test_without_a_published_hash_what_is_not_the_model_is_thrown_away(
    run: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for held, said in ((b"<html>not found</html>", "a web page"), (None, "its tensors are those of nano")):
        if held is None:
            held = (EMBEDDED_FOLDER / "nano.safetensors").read_bytes()
        with serve(held) as file:
            hand_out(file, monkeypatch, hashed=False)
            ended = run("models", "fetch", NAME)
        assert ended.code == 2
        assert "what is not mobile-sam" in ended.err and said in ended.err and "thrown away" in ended.err
        assert not list((home / "models").glob(f"{NAME}*"))


def test_weights_that_are_here_in_another_form_are_not_fetched(run: Run, server: FileServer, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / f"{NAME}.safetensors").touch()
    ended = run("models", "fetch", NAME)
    assert ended.code == 2 and "is here already" in ended.line and server.asked == []


@pytest.mark.parametrize(("name", "said"), [("nano", "comes with masklet"), ("sam2-tiny", "no address is known")])
def test_what_cannot_be_fetched_is_told(run: Run, server: FileServer, name: str, said: str) -> None:
    ended = run("models", "fetch", name)
    assert ended.code == 2 and said in ended.line


def test_a_missing_model_names_the_command_that_fetches_it() -> None:
    with pytest.raises(masklet.ModelError, match="masklet models fetch sam2.1-tiny gets them"):
        masklet.load("sam2.1-tiny")


def test_ctrl_c_leaves_what_came_and_says_how_to_go_on(server: FileServer, home: Path) -> None:
    server.pause = 0.2
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from dataclasses import replace\nfrom masklet.commands import models_fetch\n"
        "from masklet.cli import main\nfrom masklet.hub.published import PUBLISHED\n"
        f"models_fetch.PUBLISHED = {{{NAME!r}: replace(PUBLISHED[{NAME!r}], url={server.url!r}, sha256=None)}}\n"
        f"sys.exit(main(['models', 'fetch', {NAME!r}, '--quiet']))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env={**os.environ})
    part = home / "models" / f".{NAME}.pt.part"
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    ended = Ended(130, "", process.communicate(timeout=30)[1])
    assert process.returncode == 130 and "to go on: masklet models fetch mobile-sam" in ended.line
    assert part.stat().st_size
