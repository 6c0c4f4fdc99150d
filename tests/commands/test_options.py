"""The shared options: the same words mean the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet import cli
from masklet.session.log import read_log
from tests.commands.conftest import RED_CLICK, Ended
from tests.session.fake_runtime import FakeRuntime


@pytest.mark.parametrize("command", ["segment", "everything", "track"])
def test_every_command_that_runs_a_model_takes_them(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {"--model", "--device", "--precision", "--runtime", "--out", "--json", "--quiet", "--strict"} <= options


@pytest.mark.parametrize("strict", [False, True])
def test_strict_reaches_the_network(
    strict: bool, run: Callable[..., Ended], picture: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def load(*_: object, strict: bool, **__: object) -> FakeRuntime:
        asked.append(strict)
        return FakeRuntime(strict=strict)

    monkeypatch.setattr("masklet.runtime.load_runtime", load)
    words = ["--quiet", *(["--strict"] if strict else [])]
    assert run("segment", picture, "--point", RED_CLICK, *words).code == 0
    assert run("everything", picture, "--grid", 2, "--out", "all", *words).code == 0
    assert run("track", clip, "--point", RED_CLICK, "--out", "tracked", *words).code == 0
    # a run's log says how it was made, and repeats it so
    assert read_log(tmp_path / "tracked/prompts.jsonl").header.strict is strict
    assert run("track", clip, "--prompts", "tracked/prompts.jsonl", "--out", "again", "--quiet").code == 0
    assert asked == [strict] * 4
