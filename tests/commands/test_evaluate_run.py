"""A run over a set: killed, stopped, resumed, and never mixed with another."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masklet.commands.evaluate_run import command_words
from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended
from tests.evaluate.drawn import write_clips

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_the_command_is_told_so_that_it_can_be_given_again() -> None:
    words = command_words("vos", "my set", given="mask", no_box=True, hota=False, rule=None, device="auto", only=["a"])
    assert words == ["masklet", "evaluate", "vos", "my set", "--given", "mask", "--no-box", "--only", "a"]


def test_a_killed_evaluation_goes_on_where_it_was(
    start: Callable[..., subprocess.Popen[str]], finish: Run, tmp_path: Path
) -> None:
    clips = write_clips(tmp_path / "clips", {f"clip{k}": 4 for k in range(4)})
    words = "evaluate", "vos", clips, "--given", "1", *ONE
    process = start(*words, "--out", "out", pause=0.25)
    parts = tmp_path / "out/parts/vos-1-click"
    waited = time.monotonic() + 120
    while not (parts / "000001.json").exists():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < waited
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out/vos-1-click.json").exists()
    kept = {path.name: path.read_bytes() for path in parts.glob("0*.json")}
    assert 2 <= len(kept) < 4
    # What was there is taken as it is: a part that says something else is what the record says.
    first = json.loads(kept["000000.json"])
    first["items"][0]["figures"]["jf"] = 0.125
    (parts / "000000.json").write_text(json.dumps(first))
    ended = finish(*words, "--out", "out")
    assert ended.code == 0, ended.err
    resumed = read_record(tmp_path / "out/vos-1-click.json")
    assert resumed.items[0].figures["jf"] == 0.125
    assert not parts.exists()
    assert finish(*words, "--out", "whole").code == 0
    whole = read_record(tmp_path / "whole/vos-1-click.json")
    assert resumed.items[1:] == whole.items[1:]


def test_ctrl_c_says_how_to_go_on(run: Run, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("masklet.evaluate.jobs.evaluate_video", stop)
    ended = run("evaluate", "vos", clips, "--out", "out", *ONE, "--quiet")
    assert ended.code == 130
    assert ended.line == "masklet: stopped; the same command goes on with out"
    assert (tmp_path / "out/parts/vos-mask/settings.json").is_file()


def test_parts_of_another_stopped_evaluation_stay(run: Run, clips: Path, tmp_path: Path) -> None:
    other = tmp_path / "out/parts/images/000000.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}")
    assert run("evaluate", "vos", clips, "--only", "run", "--out", "out", *ONE, "--quiet").code == 0
    assert [path.name for path in (tmp_path / "out/parts").iterdir()] == ["images"]


def test_another_evaluations_parts_are_not_mixed_in(run: Run, clips: Path, tmp_path: Path) -> None:
    parts = tmp_path / "out/parts/vos-mask"
    parts.mkdir(parents=True)
    known: dict[str, Any] = {"protocol": "vos", "model": "another"}
    (parts / "settings.json").write_text(json.dumps(known))
    (parts / "000000.json").write_text("{}")
    ended = run("evaluate", "vos", clips, "--out", "out", *ONE)
    assert ended.code == 2
    assert "holds the parts of a stopped evaluation" in ended.line


def test_parts_of_another_choice_of_a_second_look_are_not_taken(
    run: Run, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run that broke off after its first video."""
    from masklet.evaluate import jobs

    done: list[str] = []

    def broken(video: Any, item: Any, *said: Any, **more: Any) -> Any:
        done.append(item.name)
        if len(done) > 1:
            raise KeyboardInterrupt
        return evaluate_video(video, item, *said, **more)

    evaluate_video = jobs.evaluate_video
    monkeypatch.setattr("masklet.evaluate.jobs.evaluate_video", broken)
    words = "evaluate", "vos", clips, "--out", "out", *ONE, "--quiet"
    assert run(*words, "--no-fine").code == 130
    monkeypatch.setattr("masklet.evaluate.jobs.evaluate_video", evaluate_video)
    for other in (("--fine",), ()):
        ended = run(*words, *other)
        assert ended.code == 2
        assert "holds the parts of a stopped evaluation with another model" in ended.line
    assert run(*words, "--no-fine").code == 0
    assert read_record(tmp_path / "out/vos-mask.json").command.endswith(" --no-fine")
