"""Whatever a user can mend ends a command in one line, and is one kind of error to whoever calls masklet."""

from __future__ import annotations

import pytest

from masklet import cli, errors
from masklet.errors import InputError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(kind: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise kind("a.png is broken")

    monkeypatch.setattr("masklet.runtime.list_models", fail)
    assert cli.main(["models", "list"]) == 2
    assert capsys.readouterr().err == "masklet: a.png is broken\n"
    assert issubclass(kind, InputError) and issubclass(kind, ValueError)
