"""The groups of options: which model, what of a set, how it is worked through."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.commands.evaluate_options import Loader, Taken, Working, count_workers
from masklet.commands.evaluate_run import command_words
from masklet.commands.evaluate_sets import open_videos
from masklet.errors import InputError, ModelError


def test_names_are_thinned_evenly_and_in_the_sets_order(clips: Path) -> None:
    videos = open_videos(clips)
    assert Taken().names(videos) == ("run", "walk")
    assert Taken(only=["walk", "run"]).names(videos) == ("run", "walk")
    assert Taken(limit=1).names(videos) == ("run",)
    assert Taken(limit=9).names(videos) == ("run", "walk")
    with pytest.raises(InputError, match="the set has no 'swim'"):
        Taken(only=["swim"]).names(videos)
    with pytest.raises(InputError, match="no list 'val'; the set has none"):
        Taken(split="val").names(videos)


def test_a_changed_checkpoint_is_another_model(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"one")
    before = Loader(str(weights)).stamp
    assert before == Loader(str(weights)).stamp != Loader(str(weights), precision="float32").stamp
    weights.write_bytes(b"another")
    assert Loader(str(weights)).stamp != before
    with pytest.raises(ModelError, match="huge"):
        Loader("huge").check()


def test_a_name_stands_for_the_weights_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKLET_HOME", str(tmp_path))
    assert Loader("sam2.1-tiny").stamp == Loader("sam2.1-tiny").stamp
    before = Loader("sam2.1-tiny").stamp
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "sam2.1-tiny.pt").write_bytes(b"fetched")
    assert Loader("sam2.1-tiny").stamp != before


def test_a_run_knows_its_folder_and_leaves_none_before_the_first_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Working(workers=3, pages=True).begin(Path("clips"), ["masklet"], "cpu")
    assert (run.out, run.workers, run.pages, run.ray) == (Path("clips-evaluation"), 3, True, False)
    assert not run.out.exists()
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="it is a file"):
        Working(out=Path("taken")).begin(Path("clips"), ["masklet"], "cpu")


def test_a_gpu_gets_one_process() -> None:
    assert count_workers(None, "cuda:1") == 1
    assert count_workers(4, "cuda") == 4
    assert 1 <= count_workers(None, "cpu") <= 8


def test_the_choice_of_a_second_look_reaches_the_model_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("masklet.load", lambda *_, fine, **__: asked.append(fine))
    for fine, said in ((None, []), (True, ["--fine"]), (False, ["--no-fine"])):
        loader = Loader(fine=fine)
        loader()
        assert asked.pop() is fine
        assert command_words("vos", **loader.words)[3:] == ["--model", "nano", *said]
    assert len({Loader(fine=fine).stamp for fine in (None, True, False)}) == 3
