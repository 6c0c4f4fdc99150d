"""What a command says of its model."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

import masklet
from masklet.commands.opening import foresee_net, open_net
from masklet.commands.report import Report
from masklet.runtime import converted
from masklet.runtime.converted import MADE


def test_what_was_chosen_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    facts = open_net(Report(as_json=True), "nano").runtime.facts
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith(f"masklet: nano runs by {facts.library} in {facts.precision}, {facts.threads} thread")


def test_quiet_is_quiet_and_what_was_asked_for_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    open_net(Report(quiet=True), "nano")
    open_net(Report(), "nano", precision="float32", runtime="openvino")
    assert capsys.readouterr().err == ""


def test_what_other_processes_will_choose_is_said_in_the_same_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    open_net(Report(), "nano", "cpu")
    loaded = capsys.readouterr().err
    foresee_net(Report(), "nano", "cpu", threads=1)
    assert capsys.readouterr().err == loaded != ""
    foresee_net(Report(quiet=True), "nano", "cpu", threads=1)
    foresee_net(Report(), "nano", "cpu", "float32", runtime="openvino", threads=1)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("quiet", [False, True])
def test_a_conversion_shows_how_far_it_is(
    quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    child = tmp_path / "child.py"
    child.write_text("\n".join(f"print('{MADE} {made} 7')" for made in range(8)))

    def load(*_: object, **__: object) -> masklet.Net:
        monkeypatch.setattr(sys, "executable", str(_python(child, tmp_path)))
        converted._convert(tmp_path / "sam.pt", tmp_path / "graphs")
        return nano

    nano = masklet.load("nano")
    monkeypatch.setattr(masklet, "load", load)
    open_net(Report(quiet=quiet), "nano")
    said = capsys.readouterr()
    assert said.out == ""
    assert ("making graphs" in said.err and "7/7" in said.err) != quiet
    assert not logging.getLogger(converted.PARTS_MADE).handlers


def _python(script: Path, folder: Path) -> Path:
    """A program that runs the script, whatever it is told."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} {script}\n")
    program.chmod(0o755)
    return program
