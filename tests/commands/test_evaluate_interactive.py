"""`masklet evaluate interactive`: records by mode and system, and what is printed of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_modes_and_systems_side_by_side(run: Run, clips: Path, tmp_path: Path) -> None:
    words = "--mode", "offline,online", "--rounds", 2, "--system", "full,picture", "--only", "run"
    ended = run("evaluate", "interactive", clips, *words, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    assert "online, full" in ended.out
    alone = read_record(tmp_path / "out/interactive-offline-picture.json")
    assert alone.protocol["rounds"] == "all"
    assert len(alone.curves["jf over rounds"]) > 2
    full = read_record(tmp_path / "out/interactive-online.json")
    assert (full.protocol["mode"], full.protocol["clicks"], full.protocol["rounds"]) == ("online", 3, 2)
