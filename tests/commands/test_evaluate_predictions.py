"""`masklet evaluate predictions`: masks on disk score as when they were made, and broken ones are named."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.data.sets.label_maps import palette_png
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


def test_when_every_video_is_broken_all_are_named(run: Run, clips: Path, tmp_path: Path) -> None:
    run("evaluate", "vos", clips, "--save", "indexed", "--out", "out", *ONE)
    masks = tmp_path / "out/masks/vos-mask"
    (masks / "run/00002.png").unlink()
    (masks / "walk/00003.png").write_bytes(b"nothing")
    ended = run("evaluate", "predictions", masks, "--data", clips, "--out", "scored", *ONE, "--quiet")
    assert ended.code == 2
    missing, broken, last = ended.err.splitlines()
    assert missing.startswith(f"masklet: {masks}/run/00002.png: missing")
    assert broken.startswith(f"masklet: {masks}/walk/00003.png: ")
    assert last == "masklet: none of these 2 could be evaluated: run, walk"
    assert not (tmp_path / "scored/predictions.json").exists()


def test_objects_without_a_frame_that_counts_are_told(run: Run, clips: Path, tmp_path: Path) -> None:
    for t in range(1, 6):
        (clips / f"Annotations/walk/{t:05d}.png").unlink()
    ended = run("evaluate", "vos", clips, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    assert "No frame counts of 2 objects: walk/1, walk/2" in ended.out
    record = read_record(tmp_path / "out/vos-mask.json")
    assert record.protocol["uncounted"] == "walk/1, walk/2"
    assert {one.sequence for one in record.items} == {"run"}


def test_masks_that_overlap_count_as_the_server_gets_them(run: Run, clips: Path, tmp_path: Path) -> None:
    both = Path(clips / "Annotations/run")
    for path in both.iterdir():  # the square grows over the disc, so that the answers overlap
        labels = np.asarray(Image.open(path)).copy()
        labels[labels == 0] = 2
        path.write_bytes(palette_png(labels))
    words = "evaluate", "vos", clips, "--given", "box", "--only", "run"
    assert run(*words, "--zip", "mose", "--out", "out", *ONE).code == 0
    assert run("evaluate", "predictions", "out/vos-box-mose.zip", "--data", clips, "--only", "run", *ONE).code == 0
    first = read_record(tmp_path / "out/vos-box.json")
    again = read_record(tmp_path / "vos-box-mose-evaluation/predictions.json")
    assert [one.frames for one in again.items] == [one.frames for one in first.items]
    assert first.protocol["overlaps"] == "smaller on top"
