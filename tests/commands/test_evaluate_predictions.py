"""`masklet evaluate predictions`: masks on disk score as when they were made, and broken ones are named."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_predictions_give_what_the_run_gave(run: Run, clips: Path, tmp_path: Path) -> None:
    assert run("evaluate", "vos", clips, "--zip", "davis", "--out", "out", *ONE).code == 0
    assert zipfile.ZipFile(tmp_path / "out/vos-mask-davis.zip").namelist()[0] == "run/00000.png"
    first = read_record(tmp_path / "out/vos-mask.json")
    for name in ("masks/vos-mask", "vos-mask-davis.zip"):
        ended = run("evaluate", "predictions", tmp_path / "out" / name, "--data", clips, "--out", "scored", *ONE)
        assert ended.code == 0, ended.err
        record = read_record(tmp_path / "scored/predictions.json")
        assert record.kind == "predictions"
        assert record.model == f"predictions:{Path(name).name}"
        assert [one.frames for one in record.items] == [one.frames for one in first.items]


def test_a_corrupt_prediction_is_named_and_not_averaged_in(run: Run, clips: Path, tmp_path: Path) -> None:
    run("evaluate", "vos", clips, "--save", "indexed", "--out", "out", *ONE)
    masks = tmp_path / "out/masks/vos-mask"
    broken = masks / "walk/00002.png"
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    ended = run("evaluate", "predictions", masks, "--data", clips, "--out", "scored", *ONE)
    assert ended.code == 2
    assert f"masklet: {broken}: " in ended.err
    assert "Left out of all figures: 1 (walk)" in ended.out
    record = read_record(tmp_path / "scored/predictions.json")
    assert {one.sequence for one in record.items} == {"run"}
    assert (record.protocol["failed"], record.protocol["evaluated"]) == ("walk", 1)
    broken.write_bytes(whole)
    again = run("evaluate", "predictions", masks, "--data", clips, "--out", "scored", *ONE, "--json")
    assert (again.code, json.loads(again.out)["objects"]) == (0, 4)


@pytest.mark.parametrize(("name", "said"), [("missing", "no such folder or zip"), ("text.txt", "as a zip")])
def test_what_holds_no_predictions_is_told_before_anything_is_written(
    run: Run, clips: Path, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "text.txt").write_text("masks")
    before = sorted(tmp_path.rglob("*"))
    ended = run("evaluate", "predictions", name, "--data", clips)
    assert ended.code == 2 and said in ended.line
    assert sorted(tmp_path.rglob("*")) == before
