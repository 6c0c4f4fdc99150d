"""Tables and JSON of reports with known figures, and the command that measures a model from end to end."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

import masklet
from masklet.errors import ModelError
from masklet.evaluate.metrics import FrameScore, TrackScore
from masklet.evaluate.pictures import ObjectResult, PictureReport
from masklet.evaluate.report import name_of, picture_json, picture_table, video_json, video_table
from masklet.evaluate.vos import ObjectTrack, VideoReport
from tests.evaluate.drawn import write_pictures, write_videos
from tests.evaluate.fakes import LeftHalfFirst, Stays

PICTURES = PictureReport(
    objects=(
        ObjectResult("a.jpg", "many", 1, 9, (0.25, 0.5), (0.75, 0.5), (0.5, 0.5)),
        ObjectResult("a.jpg", "many", 2, 9, (0.5, 1.0), (0.5, 1.0), (0.5, 0.5)),
        ObjectResult("b.jpg", "one", 1, 9, (0.875, 1.0), (0.875, 1.0), (0.875, 1.0)),
    ),
    clicks=(1, 2),
    seconds=3.0,
)
VIDEOS = VideoReport(
    given=3,
    objects=(
        ObjectTrack("cat", 1, 0, 0.9, TrackScore(0.5, 0.7, 2), (FrameScore(0.5, 0.7),) * 4),
        ObjectTrack("dog", 1, 0, 0.9, TrackScore(0.7, 0.9, 2), (FrameScore(0.7, 0.9),) * 4),
    ),
    left_out=("dog/2",),
    frames=8,
    seconds=2.0,
)


def rows(table: Table) -> list[list[str]]:
    """What the table says, cell by cell."""
    return [list(cells) for cells in zip(*(list(column.cells) for column in table.columns), strict=True)]


def test_picture_table() -> None:
    assert rows(picture_table(PICTURES)) == [
        ["many", "2", "37.5", "62.5", "75.0", "75.0"],
        ["one", "1", "87.5", "87.5", "100.0", "100.0"],
        ["mean over sources", "", "62.5", "75.0", "87.5", "87.5"],
        ["mean over objects", "3", "54.2", "70.8", "83.3", "83.3"],
    ]


def test_video_table() -> None:
    assert rows(video_table([VIDEOS])) == [
        ["cat", "60.0", "50.0", "70.0"],
        ["dog", "80.0", "70.0", "90.0"],
        ["mean over objects", "70.0", "60.0", "80.0"],
        ["frames per second", "4.0", "", ""],
    ]


def test_json_holds_fractions_and_details_on_demand() -> None:
    pictures = json.loads(json.dumps(picture_json(PICTURES)))
    assert pictures["iou_by_clicks"]["1"]["mean_over_sources"] == pytest.approx(0.625)
    assert pictures["iou_by_clicks"]["1"]["score_error"] == pytest.approx(0.25 / 3)
    assert "each" not in pictures
    assert picture_json(PICTURES, details=True)["each"][1]["ious"] == (0.5, 1.0)
    videos = json.loads(json.dumps(video_json(VIDEOS)))
    assert videos["mean_over_objects"] == {"jf": pytest.approx(0.7), "j": pytest.approx(0.6), "f": pytest.approx(0.8)}
    assert videos["left_out"] == ["dog/2"]
    assert video_json(VIDEOS, details=True)["each"][0]["frames"] == [[0.5, 0.7]] * 4


def test_names_of_prompts() -> None:
    assert [name_of(given) for given in ("mask", "box", 1, 3)] == ["mask", "box", "1 click", "3 clicks"]


@pytest.fixture()
def quality() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "quality.py"
    if not path.is_file():
        pytest.skip("benchmarks/ is not part of this installation")
    spec = importlib.util.spec_from_file_location("quality", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_prints_tables_and_writes_json(
    quality: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = np.zeros((48, 64), np.uint8)
    labels[10:26, 20:36] = 1
    write_pictures(tmp_path / "pictures", {"one/a": labels})
    write_videos(tmp_path / "videos", {"cat": [labels] * 3})
    net = SimpleNamespace(open_image=LeftHalfFirst, open_video=Stays)
    monkeypatch.setattr(masklet, "load", lambda name, device: net)
    monkeypatch.setattr(quality, "Console", lambda **options: Console(**options | {"width": 200}))
    folders = ["--pictures", str(tmp_path / "pictures"), "--videos", str(tmp_path / "videos")]
    out = tmp_path / "new" / "figures.json"
    monkeypatch.setattr(sys, "argv", ["quality.py", *folders, "--given", "mask,1", "--out", str(out)])
    assert quality.main() == 0
    printed = capsys.readouterr().out
    assert "mean over sources" in printed
    assert "1 click: J&F" in printed
    figures = json.loads(out.read_text())
    assert figures["model"] == "nano"
    assert figures["pictures"]["iou_by_clicks"]["1"]["mean_over_objects"] == 0.5
    assert figures["pictures"]["iou_by_clicks"]["5"]["mean_over_objects"] == 1.0
    assert [run["given"] for run in figures["videos"]["runs"]] == ["mask", "1 click"]
    assert figures["videos"]["runs"][0]["mean_over_objects"]["jf"] == 1.0
    assert str(tmp_path) not in out.read_text()
    assert [path.name for path in out.parent.iterdir()] == ["figures.json"]


def test_wrong_input_is_one_line_and_exit_code_2(
    quality: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(name: str, device: str) -> None:
        raise ModelError(f"{name}: no such model")

    monkeypatch.setattr(masklet, "load", load)
    monkeypatch.setattr(sys, "argv", ["quality.py", "--model", "huge", "--out", str(tmp_path / "out.json")])
    assert quality.main() == 2
    assert capsys.readouterr().err == "quality: huge: no such model\n"
    assert not (tmp_path / "out.json").exists()
