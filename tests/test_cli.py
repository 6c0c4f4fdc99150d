"""The command line as a whole: exit codes, and what is said when something goes wrong."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

import masklet
from masklet import cli
from masklet.errors import PromptError


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"masklet {masklet.__version__}\n"


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["track", "--help"], ["segment", "-h"], ["models", "list", "--help"]]
)
def test_help_is_no_mistake(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 0
    assert "Usage: masklet" in capsys.readouterr().out


def test_the_list_of_commands_cuts_no_sentence_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert "..." not in capsys.readouterr().out.split("Commands:")[1]


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (PromptError("the point\nis outside"), 2, "the point is outside"),
        (OSError(errno.ENOSPC, "No space left on device", "a.png"), 2, "a.png: the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "b.png"), 2, "b.png: permission denied"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_what_can_be_mended_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: BaseException, code: int, words: str
) -> None:
    def fail() -> None:
        raise problem

    monkeypatch.setattr("masklet.runtime.list_models", fail)
    assert cli.main(["models", "list"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"masklet: {words}")
    assert len(said.err.splitlines()) == 1


def test_a_fault_of_masklets_own_is_code_1_with_all_there_is_to_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("in the middle")

    monkeypatch.setattr("masklet.runtime.list_models", fail)
    assert cli.main(["models", "list"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError: in the middle" in err
    assert "report" in err.splitlines()[-1]


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("masklet")
    done = subprocess.run([str(command), "--version"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = (
        "import sys, masklet.cli\n"
        "heavy = {'torch', 'av', 'cv2', 'scipy', 'numpy'} & set(sys.modules)\n"
        "assert heavy <= {'numpy'}, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
