"""`masklet train` trains on a folder of pictures, goes on where it was, and says what was wrong."""

import json
from pathlib import Path

import pytest

import masklet
from masklet import cli
from masklet.runtime import list_models
from tests.train.tiny import draw_data

embedded = pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")
SMALL = """
start = "nano"
[[stages]]
steps = 2
log_every = 1
save_every = 1
threads = 1
[stages.data]
side = 64
pictures_per_step = 2
clips_per_step = 1
frames = 2
clip_share = 0.5
workers = 0
"""


def arrange(folder: Path) -> Path:
    draw_data(folder / "drawn")
    for kind in ("pictures", "videos"):
        (folder / "data" / kind).mkdir(parents=True)
        (folder / "data" / kind / "train").symlink_to(folder / "drawn" / kind)
    (folder / "small.toml").write_text(SMALL)
    return folder


@embedded
def test_a_training_gives_weights_that_load_and_is_done_only_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrange(tmp_path)
    (tmp_path / "drawn" / "pictures" / "drawn" / "3.jpg").write_bytes(b"no picture")
    words = ["train", str(tmp_path / "small.toml"), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    assert cli.main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result["steps"] == 2 and result["model"] == "nano"
    assert len(result["left_out"]) == 1 and "3.jpg" in result["left_out"][0]
    assert [json.loads(line)["step"] for line in err.splitlines() if '"step"' in line] == [1, 2]
    weights = Path(result["outputs"]["weights"])
    assert masklet.load(weights).name == "nano"
    written = weights.stat().st_mtime_ns
    assert cli.main([*words, "--quiet"]) == 0
    assert weights.stat().st_mtime_ns == written
    assert capsys.readouterr() == ("", "")
    assert cli.main([*words, "--set", "stages.0.steps=4"]) == 0
    assert {"stage": 0, "done_before": str(weights)} in map(json.loads, capsys.readouterr().err.splitlines()[:2])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nano"], "nothing to train on"),
        (["nano", "--data", "nowhere"], "nowhere: there is no such folder"),
        (["nano", "--data", "."], "neither pictures/train nor videos/train"),
        (["nano", "--set", "modl=nano"], "did you mean model?"),
        (["nano", "--set", "model=huge", "--set", "sources.pictures=drawn/pictures"], "there are no videos"),
        (["nano", "--set", "start=nowhere"], "no model 'nowhere'"),
        (["missing.toml"], "no such file"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    draw_data(tmp_path / "drawn")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", *words, "--out", "out"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err and len(err.splitlines()) == 1
