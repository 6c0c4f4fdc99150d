"""`masklet evaluate` from end to end, over drawn clips and pictures and a network that knows colours."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended
from tests.data.drawn import picture_folder
from tests.evaluate.drawn import write_clips

Run = Callable[..., Ended]
ONE = ("--workers", 1)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return write_clips(tmp_path / "sets/clips", {"run": 5, "walk": 6})


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return picture_folder(tmp_path / "sets/pictures", 2)


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


def test_images_interactive_everything_and_transfer(run: Run, clips: Path, pictures: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "images", pictures, "--clicks", 3, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    assert "NoC@90" in ended.out
    record = read_record(tmp_path / "out/images.json")
    assert [x for x, _ in record.curves["iou over clicks"]] == [1, 2, 3]
    assert {one.source for one in record.items} == {"a", "b"}
    assert record.figures["iou@box"] > 0.6

    words = "--mode", "offline,online", "--rounds", 2, "--system", "full,picture", "--only", "run"
    ended = run("evaluate", "interactive", clips, *words, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    assert "online, full" in ended.out
    alone = read_record(tmp_path / "out/interactive-offline-picture.json")
    assert alone.protocol["rounds"] == "all"
    assert len(alone.curves["jf over rounds"]) > 2

    ended = run("evaluate", "everything", pictures, "--limit", 1, "--out", "out", *ONE, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["figures"]["recall50@100"] > 0.3

    ended = run("evaluate", "transfer", tmp_path / "sets", "--given", "mask", "--clicks", 1, "--out", "all", *ONE)
    assert ended.code == 0, ended.err
    assert "mean over sets" in ended.out
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["clips-vos-mask.json", "pictures-images.json"]


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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("vos", "DATA", "--given", "scribble"), "give mask, box or numbers of clicks"),
        (("vos", "DATA", "--system", "half"), "there are full, masks, propagate, picture"),
        (("vos", "DATA", "--rule", "mine"), "there are davis, sav, youtube-vos, all"),
        (("vos", "DATA", "--save", "gif"), "there are indexed, objects, json"),
        (("vos", "DATA", "--zip", "mars"), "there are davis, mose, youtube-vos, sav"),
        (("vos", "DATA", "--zip", "sav", "--save", "indexed"), "takes the form objects"),
        (("vos", "DATA", "--only", "swim"), "the set has no 'swim'; it has run, walk"),
        (("vos", "DATA", "--split", "val"), "no list 'val'; the set has none"),
        (("vos", "DATA", "--train", "nowhere.json"), "no JSON of a training set's categories"),
        (("vos", "nowhere"), "there is no such folder"),
        (("vos", "PICTURES"), "here videos are wanted"),
        (("images", "DATA"), "here pictures are wanted"),
        (("interactive", "DATA", "--mode", "sometimes"), "there are offline and online"),
        (("vos", "DATA", "--model", "huge"), "huge"),
        (("transfer", "DATA/Annotations/run"), "no data sets in it"),
        (("predictions", "DATA/Annotations", "--data", "PICTURES"), "here videos are wanted"),
        (("predictions", "nowhere", "--data", "DATA"), "no such folder or zip of predictions"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], said: str, run: Run, clips: Path, pictures: Path) -> None:
    named = [word.replace("DATA", str(clips)).replace("PICTURES", str(pictures)) for word in words]
    ended = run("evaluate", *named, *ONE)
    assert ended.code == 2
    assert said in ended.line


def test_a_killed_evaluation_goes_on_where_it_was(
    start: Callable[..., subprocess.Popen[str]], finish: Run, tmp_path: Path
) -> None:
    clips = write_clips(tmp_path / "clips", {f"clip{k}": 4 for k in range(4)})
    words = "evaluate", "vos", clips, "--given", "1", *ONE
    process = start(*words, "--out", "out", pause=0.25)
    parts = tmp_path / "out/parts/vos-1-click"
    waited = time.monotonic() + 120
    while not (parts / "000001.json").exists():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < waited
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out/vos-1-click.json").exists()
    kept = {path.name: path.read_bytes() for path in parts.glob("0*.json")}
    assert 2 <= len(kept) < 4
    # What was there is taken as it is: a part that says something else is what the record says.
    first = json.loads(kept["000000.json"])
    first["items"][0]["figures"]["jf"] = 0.125
    (parts / "000000.json").write_text(json.dumps(first))
    ended = finish(*words, "--out", "out")
    assert ended.code == 0, ended.err
    resumed = read_record(tmp_path / "out/vos-1-click.json")
    assert resumed.items[0].figures["jf"] == 0.125
    assert not parts.exists()
    assert finish(*words, "--out", "whole").code == 0
    whole = read_record(tmp_path / "whole/vos-1-click.json")
    assert resumed.items[1:] == whole.items[1:]


def test_ctrl_c_says_how_to_go_on(run: Run, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("masklet.evaluate.jobs.evaluate_video", stop)
    ended = run("evaluate", "vos", clips, "--out", "out", *ONE, "--quiet")
    assert ended.code == 130
    assert ended.line == "masklet: stopped; the same command goes on with out"
    assert (tmp_path / "out/parts/vos-mask/settings.json").is_file()


def test_parts_of_another_stopped_evaluation_stay(run: Run, clips: Path, tmp_path: Path) -> None:
    other = tmp_path / "out/parts/images/000000.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}")
    assert run("evaluate", "vos", clips, "--only", "run", "--out", "out", *ONE, "--quiet").code == 0
    assert [path.name for path in (tmp_path / "out/parts").iterdir()] == ["images"]


def test_another_evaluations_parts_are_not_mixed_in(run: Run, clips: Path, tmp_path: Path) -> None:
    parts = tmp_path / "out/parts/vos-mask"
    parts.mkdir(parents=True)
    known: dict[str, Any] = {"protocol": "vos", "model": "another"}
    (parts / "settings.json").write_text(json.dumps(known))
    (parts / "000000.json").write_text("{}")
    ended = run("evaluate", "vos", clips, "--out", "out", *ONE)
    assert ended.code == 2
    assert "holds the parts of a stopped evaluation" in ended.line
