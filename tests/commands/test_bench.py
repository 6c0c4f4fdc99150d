"""`masklet bench`: models side by side; with networks that find regions of one colour, and once with real ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from masklet.bench.memory import MemoryUse
from masklet.cli import main
from masklet.runtime import list_models
from tests.bench.runtimes import PictureRuntime
from tests.commands.conftest import Ended
from tests.data.drawn import davis_folder, picture_folder
from tests.session.fake_runtime import FakeRuntime

embedded = pytest.mark.skipif(not list_models()[0].present, reason="the embedded model's weights are not here")
Run = Callable[..., Ended]


@pytest.fixture
def two(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command with two drawn weights files: one of a model for films, one of a model for pictures."""
    for name in ("films.pt", "pictures.pt"):
        (tmp_path / name).write_bytes(b"weights")
    kinds = {"films.pt": FakeRuntime, "pictures.pt": PictureRuntime}
    monkeypatch.setattr("masklet.runtime.load_runtime", lambda model, *_, **__: kinds[str(model)]())
    monkeypatch.setattr("masklet.bench.memory.peak_memory", lambda *_: MemoryUse(3_000_000, None))
    return lambda *words: run("bench", "--model", "films.pt", "--model", "pictures.pt", *words)


def test_speed_and_quality_side_by_side(two: Run, tmp_path: Path) -> None:
    picture_folder(tmp_path / "pictures")
    davis_folder(tmp_path / "videos", {"run": 3, "walk": 3})
    words = "--pictures pictures --videos videos --limit 1 --clicks 1,2 --given box,1 --objects 1,2 --rounds 1"
    ended = two(*words.split(), "--out", "figures", "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert [one["model"] for one in told["models"]] == ["films.pt", "pictures.pt"]
    assert told["models"][0]["weights_bytes"] == 7
    assert told["models"][0]["peak_memory_bytes"] == 3_000_000
    assert (told["pictures"]["measured"], told["videos"]["measured"]) == (1, 1)
    assert set(told["pictures"]["models"][1]["iou_by_clicks"]) == {"1", "2"}
    assert [one["given"] for one in told["videos"]["models"][0]["runs"]] == ["box", "1 click"]
    assert told["videos"]["models"][1]["runs"] is None
    names = [one["name"] for one in told["speed"]["timings"]]
    assert names[-2:] == ["frame, 1 object", "frame, 2 objects"]
    assert json.loads((tmp_path / "figures/bench.json").read_text()) == told
    assert "videos, films.pt, box" in ended.err


def test_the_table_is_for_people(two: Run) -> None:
    ended = two("--rounds", "1", "--objects", "1", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    ended = two("--rounds", "1", "--objects", "1")
    assert "films.pt" in ended.out
    assert "peak memory" in ended.out
    assert "×" in ended.out


def test_quality_alone(two: Run, tmp_path: Path) -> None:
    picture_folder(tmp_path / "pictures", 2)
    ended = two("--pictures", "pictures", "--clicks", "1", "--no-speed", "--json")
    told = json.loads(ended.out)
    assert "speed" not in told and "videos" not in told
    assert told["models"][0]["peak_memory_bytes"] is None


def test_an_exported_folder_takes_part(two: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masklet.runtime.load_runtime", lambda *_, **__: FakeRuntime())
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/manifest.json").write_text("{}")
    (tmp_path / "parts/see.onnx").write_bytes(b"graph")
    ended = two("--model", "parts", "--rounds", "1", "--objects", "1", "--json")
    exported = json.loads(ended.out)["models"][2]
    assert (exported["model"], exported["weights_bytes"]) == ("parts", 7)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--no-speed", "--pictures DIR or --videos DIR"),
        ("--clicks 1,0", "--clicks '1,0'"),
        ("--objects many", "--objects 'many'"),
        ("--given masks", "mask, box or numbers"),
        ("--pictures missing", "missing"),
        ("--videos missing", "missing"),
        ("--model missing.pt", "missing.pt"),
        ("--limit 0", "--limit"),
        ("--rounds 0", "--rounds"),
    ],
)
def test_what_cannot_be_measured_is_told_at_once(two: Run, tmp_path: Path, words: str, said: str) -> None:
    ended = two(*words.split(), "--out", "figures")
    assert ended.code == 2
    assert said in ended.line
    assert not (tmp_path / "figures").exists()


@pytest.mark.slow
@embedded
def test_real_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from masklet.model.formats.mobile_sam import LAYOUT
    from masklet.model.presets import PRESETS
    from tests.model.random_weights import random_network, write_random_nano

    monkeypatch.setenv("MASKLET_HOME", str(tmp_path / "home"))  # graphs of published weights are kept there
    still = tmp_path / "mobile_sam.pt"
    torch.save(LAYOUT.from_ours(random_network(PRESETS["mobile-sam"]).state_dict()), still)
    other = write_random_nano(tmp_path / "other.safetensors")
    picture_folder(tmp_path / "pictures", 2)
    davis_folder(tmp_path / "videos", {"run": 3})
    sets = ["--pictures", str(tmp_path / "pictures"), "--videos", str(tmp_path / "videos")]
    models = ["--model", str(still), "--model", "nano", "--model", str(other)]
    words = [*models, *sets, "--objects", "2", "--rounds", "1", "--json", "--quiet"]
    assert main(["bench", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    sam, trained, random = told["models"]
    assert (sam["model"], trained["model"], random["model"]) == ("mobile_sam.pt", "nano", "other")
    assert (sam["network"], sam["parameters"]) == ("mobile-sam", 10_130_092)
    assert trained["parameters"] == random["parameters"] == 4_809_235
    assert trained["weights_bytes"] == random["weights_bytes"]
    assert trained["peak_memory_bytes"] > 50e6
    _, one, two = (each["iou_by_clicks"]["5"]["mean_over_objects"] for each in told["pictures"]["models"])
    assert one > 0.5 > two  # drawn shapes of one colour, and weights that know nothing
    runs = [each["runs"] for each in told["videos"]["models"]]
    assert runs[0] is None and len(runs[1]) == len(runs[2]) == 3
    for timing in told["speed"]["timings"]:
        alone, *others = timing["models"]
        assert (alone["seconds"] is None) == (timing["name"] not in ("see", "decode", "prompt"))
        assert all(each["seconds"]["median"] > 0 for each in others)
        assert timing["reference"] == ("nano" if alone["seconds"] is None else "mobile_sam.pt")
