"""The shared options: the same words mean the same everywhere."""

from __future__ import annotations

import re

import pytest

from masklet import cli


@pytest.mark.parametrize("command", ["segment", "everything", "track"])
def test_every_command_that_runs_a_model_takes_them(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {"--model", "--device", "--precision", "--out", "--json", "--quiet"} <= options
