"""`masklet evaluate transfer`: every data set of a folder in one table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_every_set_of_a_folder_is_evaluated(run: Run, clips: Path, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "sets/notes").mkdir()
    ended = run("evaluate", "transfer", tmp_path / "sets", "--given", "mask", "--clicks", 1, "--out", "all", *ONE)
    assert ended.code == 0, ended.err
    assert "mean over sets" in ended.out
    assert "masklet: notes is left out: " in ended.err
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["clips-vos-mask.json", "pictures-images.json"]
    assert read_record(tmp_path / "all/clips-vos-mask.json").protocol["rule"] == "davis"
