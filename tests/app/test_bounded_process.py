"""What a bounded process answers, and what is told of one that its bounds end."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masklet.app.bounded_process import answer, ask_process
from masklet.errors import InputError


def module(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> str:
    """A module of that text, which a new process can run."""
    (folder / "worked.py").write_text(textwrap.dedent(body), encoding="utf-8")
    paths = [str(folder), *(one for one in sys.path if one)]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    return "worked"


def test_what_is_answered_and_what_ends_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
        import sys
        from masklet.app.bounded_process import answer, bound_process
        how = sys.argv[1]
        bound_process(1 << 30)
        if how == "late":
            import time; time.sleep(60)
        if how == "killed":
            import os; os.abort()
        if how == "disk":
            import pathlib; pathlib.Path(sys.argv[2]).write_bytes(b"x")  # the bound of the files that it writes is 0
        answer(lambda: {"bytes": len(bytearray(2 << 30)) if how == "greedy" else 7}, "the file", "/secret")
    """
    name = module(tmp_path, monkeypatch, body)
    assert ask_process(name, ["well"], 60, "the file") == {"bytes": 7}
    for how, told in (("greedy", "more memory"), ("killed", "broken"), ("disk", "broken")):
        with pytest.raises(InputError, match=told):
            ask_process(name, [how, str(tmp_path / "out")], 60, "the file")
    with pytest.raises(InputError, match="the file cannot be read in the time"):
        ask_process(name, ["late"], 0.5, "the file")


def raising(error: Exception) -> Callable[[], dict[str, Any]]:
    def work() -> dict[str, Any]:
        raise error

    return work


def test_a_problem_is_one_short_line_without_the_path(capsys: pytest.CaptureFixture[str]) -> None:
    answer(raising(InputError("/secret/a\nis " + "long " * 200)), "it", "/secret/a")
    told = json.loads(capsys.readouterr().out)["problem"]
    assert told.startswith("the file is long")
    assert len(told) <= 300
    answer(raising(MemoryError()), "the sound", "/secret/a")
    assert json.loads(capsys.readouterr().out) == {"problem": "the sound needs more memory than is allowed here"}
    with pytest.raises(ZeroDivisionError):  # a fault of masklet's own is not told as the user's
        answer(raising(ZeroDivisionError()), "it", "/secret/a")
