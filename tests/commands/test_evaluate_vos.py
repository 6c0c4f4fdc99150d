"""`masklet evaluate vos`: a record per kind of prompt, tables, G over seen and unseen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_vos_writes_a_record_per_kind_of_prompt(run: Run, clips: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "vos", clips, "--given", "mask,1", "--out", "out", *ONE, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert list(told["outputs"]) == ["vos-mask", "vos-1-click"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["vos-1-click.json", "vos-mask.json"]
    record = read_record(tmp_path / "out/vos-mask.json")
    assert (record.kind, record.model, record.data) == ("vos", "nano", "sets/clips")
    assert record.protocol == {"given": "mask", "rule": "davis", "system": "full", "evaluated": 2}
    assert record.command == f"masklet evaluate vos {clips} --given mask,1 --model nano"
    assert told["runs"][0]["figures"] == record.figures
    assert record.figures["jf"] > 0.8
    assert [(one.sequence, one.object) for one in record.items] == [("run", 1), ("run", 2), ("walk", 1), ("walk", 2)]


def test_vos_prints_tables(run: Run, clips: Path) -> None:
    ended = run("evaluate", "vos", clips, "--given", "mask,3", "--system", "full,masks", *ONE, "--only", "walk")
    assert ended.code == 0, ended.err
    assert "walk" in ended.out
    assert "run " not in ended.out.split("All objects")[0].split("walk")[1]
    for run_name in ("mask", "mask (masks)", "3 clicks", "3 clicks (masks)"):
        assert run_name in ended.out
    assert "Record: clips-evaluation/vos-3-clicks-masks.json" in ended.out


def test_a_corrupt_truth_is_named_in_the_record_and_on_the_page(run: Run, clips: Path, tmp_path: Path) -> None:
    broken = clips / "Annotations/walk/00002.png"
    broken.write_bytes(broken.read_bytes()[:-30])
    ended = run("evaluate", "vos", clips, "--out", "out", "--report", *ONE)
    assert ended.code == 2
    assert f"masklet: {broken}: " in ended.err
    record = read_record(tmp_path / "out/vos-mask.json")
    assert (record.protocol["incomplete"], record.protocol["evaluated"]) == ("walk", 2)
    assert "failed" not in record.protocol
    assert "incomplete: walk" in (tmp_path / "out/vos-mask.html").read_text(encoding="utf-8")


def test_a_video_without_annotation_is_named_and_left_out(run: Run, clips: Path, tmp_path: Path) -> None:
    shutil.rmtree(clips / "Annotations/walk")
    ended = run("evaluate", "vos", clips, "--out", "out", "--report", *ONE)
    assert ended.code == 2
    assert f"masklet: {clips}: walk has no annotation" in ended.err
    assert "Left out of all figures: 1 (walk)" in ended.out
    assert read_record(tmp_path / "out/vos-mask.json").protocol["failed"] == "walk"
    assert "failed: walk" in (tmp_path / "out/vos-mask.html").read_text(encoding="utf-8")


def test_g_needs_to_know_what_was_seen(run: Run, clips: Path, tmp_path: Path) -> None:
    assert run("data", "convert", clips, "youtube", "--to", "youtube-vos", "--quiet").code == 0
    meta = tmp_path / "youtube/meta.json"
    told = json.loads(meta.read_text())
    for video in told["videos"].values():
        for number, one in video["objects"].items():
            one["category"] = "disc" if number == "1" else "square"
    meta.write_text(json.dumps(told))
    train = tmp_path / "train.json"
    train.write_text(json.dumps({"videos": {"v": {"objects": {"1": {"category": "disc"}}}}}))
    ended = run("evaluate", "vos", "youtube", "--train", train, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    record = read_record(tmp_path / "out/vos-mask.json")
    assert record.protocol["rule"] == "youtube-vos"
    four = [record.figures[f"{kind}_{group}"] for kind in "jf" for group in ("seen", "unseen")]
    assert record.figures["g"] == pytest.approx(sum(four) / 4)
    assert "G" in ended.out
