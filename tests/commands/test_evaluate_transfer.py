"""`masklet evaluate transfer`: every data set of a folder in one table."""

from __future__ import annotations

import shutil
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


def test_a_set_that_is_broken_all_through_is_named_and_the_others_go_on(
    run: Run, clips: Path, pictures: Path, tmp_path: Path
) -> None:
    for path in clips.glob("JPEGImages/*/00000.png"):
        path.write_bytes(b"nothing")
    words = "--given", "mask", "--clicks", 1, "--out", "all", *ONE
    ended = run("evaluate", "transfer", tmp_path / "sets", *words)
    assert ended.code == 2
    assert [path.name for path in (tmp_path / "all").glob("*.json")] == ["pictures-images.json"]
    for said in ("run/00000.png", "walk/00000.png", "clips is left out: none of these 2"):
        assert said in ended.err
    assert "pictures" in ended.out
    shutil.rmtree(pictures)
    ended = run("evaluate", "transfer", tmp_path / "sets", *words)
    assert (ended.code, ended.out) == (2, "")
