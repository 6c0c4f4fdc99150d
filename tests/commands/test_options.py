"""The shared options: the same words mean the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet import cli
from masklet.commands.options import Computing, PicturePrompts, VideoPrompts
from masklet.errors import PromptError
from masklet.session.log import read_log
from tests.commands.conftest import RED_CLICK, Ended
from tests.session.fake_runtime import FakeRuntime


@pytest.mark.parametrize("command", ["segment", "everything", "track"])
def test_every_command_that_runs_a_model_takes_them(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {"--model", "--device", "--precision", "--runtime", "--out", "--json", "--quiet", "--strict"} <= options


@pytest.mark.parametrize(("words", "fine"), [([], None), (["--fine"], True), (["--no-fine"], False)])
def test_fine_reaches_what_is_opened_and_is_kept_when_a_run_is_repeated(
    words: list[str], fine: bool | None, run: Callable[..., Ended], picture: Path, clip: Path, tmp_path: Path
) -> None:
    word = ["--quiet", *words]
    assert run("segment", str(picture), "--point", "64,48", "--out", str(tmp_path / "cut"), *word).code == 0
    tracked = ["track", str(clip), "--quiet", "--stop", "3"]
    assert run(*tracked, "--point", "50,50", "--out", str(tmp_path / "first"), *words).code == 0
    log = tmp_path / "first/prompts.jsonl"
    assert read_log(log).header.fine is fine
    assert run(*tracked[:3], "--prompts", str(log), "--out", str(tmp_path / "again")).code == 0
    assert read_log(tmp_path / "again/prompts.jsonl").header.fine is fine


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


def test_how_a_model_computes_reaches_the_network_and_the_command_that_repeats_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def load(*how: object, **named: object) -> FakeRuntime:
        asked.append((how, named))
        return FakeRuntime()

    monkeypatch.setattr("masklet.runtime.load_runtime", load)
    computing = Computing("cpu", "float32", "torch")
    computing.load("nano", strict=True)
    assert asked == [(("nano", "cpu", "float32"), {"runtime": "torch", "strict": True})]
    assert computing.words == ["--device", "cpu", "--precision", "float32", "--runtime", "torch"]
    assert Computing().words == []


def test_frames_are_named_in_videos_only() -> None:
    [said] = VideoPrompts(point=["1,2@3=cup"]).read(continued=False)
    assert (said.name, said.frame, said.prompt.points) == ("cup", 3, ((1.0, 2.0),))
    with pytest.raises(PromptError, match="a picture has no frames"):
        PicturePrompts(point=["1,2@3=cup"]).read()


def test_clicks_beside_the_object_suffice_after_a_log() -> None:
    beside = VideoPrompts(not_=["1,2"])
    assert len(beside.read(continued=True)) == 1
    with pytest.raises(PromptError, match="starts with only --not"):
        beside.read(continued=False)
