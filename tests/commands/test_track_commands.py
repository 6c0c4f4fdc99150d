"""Commands to a running stream: what a line says, and where lines come from."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from masklet.commands.track_commands import Command, Commands
from masklet.errors import MediaError, PromptError
from masklet.values import Prompt


def lines(commands: Commands, wanted: int) -> list[str]:
    found: list[str] = []
    for _ in range(1000):
        found += [one.line for one in commands.waiting()]
        if len(found) >= wanted:
            return found
        time.sleep(0.01)
    raise AssertionError(f"only {found}")


def test_a_line_speaks_the_words_of_the_command_line() -> None:
    command = Command("--point 10,20=cup --not=5,5=cup --box 1,2,3,4=ball --forget 'the plate'")
    assert {one.name: one.prompt for one in command.said()} == {
        "cup": Prompt(((10, 20), (5, 5)), (1, 0)),
        "ball": Prompt(box=(1, 2, 3, 4)),
    }
    assert command.forgotten() == ["the plate"] and not command.stops()
    assert Command("--stop").stops() and Command("--not 5,5=cup").said()[0].prompt.labels == (0,)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("point 1,2", "point is no command"),
        ("--point", "needs its value"),
        ("--point 1", "is not X,Y"),
        ("--point 1,2@7=cup", "leave out @FRAME"),
        ("--point '1,2", "quotes do not match"),
        ("--model nano", "--model is no command"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(line: str, said: str) -> None:
    with pytest.raises(PromptError, match=said):
        Command(line).said()


def test_lines_come_from_a_file_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "commands"
    path.write_text("# a note\n--forget a\n\n--forget b\n--for")
    with Commands(str(path)) as commands:
        assert lines(commands, 2) == ["--forget a", "--forget b"]
        with path.open("a") as file:
            file.write("get c\n")
        assert lines(commands, 1) == ["--forget c"]


def test_lines_come_from_a_named_pipe_one_writer_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with Commands(str(path)) as commands:
        for number in range(2):
            path.write_text(f"--forget {number}\n")
            assert lines(commands, 1) == [f"--forget {number}"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no file of commands .*mkfifo"):
        Commands(str(tmp_path / "missing"))
    assert list(Commands(None).waiting()) == []
