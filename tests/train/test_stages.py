"""Stages run in turn, each from the weights of the one before; what does not fit is one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from masklet.errors import InputError, ModelError
from masklet.model.checkpoint import load_network, save_network
from masklet.model.drawn import drawn_network
from masklet.model.presets import PRESETS
from masklet.train.config import DataConfig, Sources, TrainConfig, Training
from masklet.train.stages import run_training
from tests.train.tiny import draw_data

STAGE = TrainConfig(
    DataConfig(side=64, pictures_per_step=2, objects_per_picture=2, clip_share=0, workers=0),
    steps=2,
    threads=1,
    log_every=1,
    save_every=1,
    validate_every=1000,
)


def quiet(row: object) -> None:
    """Nobody listens."""


def training(folder: Path, stages: int) -> Training:
    draw_data(folder)
    return Training(sources=Sources(pictures=str(folder / "pictures"), side=80), stages=(STAGE,) * stages)


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    two, out = training(tmp_path, 2), tmp_path / "runs"
    run_training(replace(two, stages=(STAGE,)), out, None, quiet)
    first = (out / "stage0.safetensors").read_bytes()
    said: list[dict[str, object]] = []
    done = run_training(two, out, None, lambda row: said.append(dict(row)))
    assert said[0] == {"stage": 0, "done_before": str(out / "stage0.safetensors")}
    assert (out / "stage0.safetensors").read_bytes() == first
    assert done.weights == out / "stage1.safetensors" and done.steps == 4
    before, after = (load_network(out / f"stage{n}.safetensors").state_dict() for n in (0, 1))
    assert before.keys() == after.keys() and any(bool((before[name] != after[name]).any()) for name in before)


def test_nothing_to_train_on_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to train on: .* --data DIR"):
        run_training(Training(), tmp_path, None, quiet)
    clips = replace(STAGE, data=replace(STAGE.data, clip_share=0.5))
    with pytest.raises(InputError, match="there are no videos"):
        run_training(Training(sources=Sources(pictures="p"), stages=(clips,)), tmp_path, None, quiet)


def test_weights_of_something_else_are_one_line(tmp_path: Path) -> None:
    wanted, other, broken = training(tmp_path, 1), tmp_path / "other.safetensors", tmp_path / "broken.safetensors"
    save_network(drawn_network(PRESETS["mobile-sam"]), other)
    broken.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="holds mobile-sam, not nano"):
        run_training(wanted, tmp_path / "runs", other, quiet)
    with pytest.raises(ModelError, match=r"broken\.safetensors"):
        run_training(wanted, tmp_path / "runs", broken, quiet)
    with pytest.raises(ModelError, match="no model 'huge' to train: choose nano"):
        run_training(replace(wanted, model="huge"), tmp_path / "runs", None, quiet)
