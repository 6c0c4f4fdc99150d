"""`masklet finetune` writes weights that load, and says how the frames held out came out before and after."""

import json
from pathlib import Path

import pytest

import masklet
from masklet import cli
from masklet.runtime import list_models
from tests.train.tiny import draw_data

embedded = pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")


@embedded
@pytest.mark.slow
def test_weights_and_figures_come_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw_data(tmp_path)
    words = ["finetune", str(tmp_path / "videos"), "--out", str(tmp_path / "out"), "--steps", "2", "--json"]
    assert cli.main(words) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["frames"] == 8 and result["steps"] == 2
    assert set(result["before"]) == set(result["after"]) == {"one_click", "three_clicks", "tracked"}
    assert masklet.load(result["outputs"]["weights"]).name == "nano"


def test_a_video_without_masks_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "film.mp4").write_bytes(b"")
    assert cli.main(["finetune", str(tmp_path / "film.mp4")]) == 2
    assert "a video needs its masks: --masks DIR" in capsys.readouterr().err
