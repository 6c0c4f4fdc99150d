"""What goes to which stream."""

from __future__ import annotations

import json

import pytest

from masklet.commands.report import Report, counted


@pytest.mark.parametrize(
    ("report", "out"),
    [
        (Report(), "one\ntwo\n"),
        (Report(quiet=True), ""),
        (Report(as_json=True), '{"a": 1}\n'),
        (Report(as_json=True, quiet=True), '{"a": 1}\n'),
    ],
)
def test_the_end_of_a_command(report: Report, out: str, capsys: pytest.CaptureFixture[str]) -> None:
    report.finish({"a": 1}, ["one", "two"])
    said = capsys.readouterr()
    assert (said.out, said.err) == (out, "")


def test_progress_is_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Report(as_json=True).progress("working", 3) as steps:
        steps.one()
        steps.to(3, 3)
    Report(as_json=True).finish({}, [])
    said = capsys.readouterr()
    assert json.loads(said.out) == {}
    assert "working" in said.err
    assert "3/3" in said.err


def test_what_is_not_counted_shows_no_count(capsys: pytest.CaptureFixture[str]) -> None:
    with Report().progress("waiting", None):
        pass
    with Report().progress("reading", None) as steps:
        steps.one()
    waiting, reading = capsys.readouterr().err.splitlines()
    assert waiting.startswith("waiting") and "?" not in waiting
    assert "1/?" in reading


def test_an_error_stands_alone_and_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), Report().progress("working", 3):
        raise KeyError("x")
    with Report(quiet=True).progress("working", 3) as steps:
        steps.one()
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_remark_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Report(quiet=True).remark("the file breaks off")
    assert capsys.readouterr().err == "masklet: the file breaks off\n"


def test_one_is_not_a_plural() -> None:
    assert [counted(number, "frame") for number in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]
