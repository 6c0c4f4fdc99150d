"""A killed training goes on as if nothing had happened, and training makes the loss fall."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from masklet.model.network import Network
from masklet.train.loop import Trainer
from tests.train.tiny import TINY, draw_data


def fresh() -> Network:
    torch.manual_seed(0)
    return Network(TINY)


def test_resumed_training_equals_uninterrupted_training(tmp_path: Path) -> None:
    config = draw_data(tmp_path)
    whole = Trainer(fresh(), config, tmp_path / "whole")
    whole.run()
    first = Trainer(fresh(), config, tmp_path / "cut")
    first.run(last=4)
    second = Trainer(Network(TINY), config, tmp_path / "cut")
    assert second.resume() and second.step == 4
    second.run()
    for (name, a), b in zip(whole.network.named_parameters(), second.network.parameters(), strict=True):
        assert torch.equal(a, b), name
    for a, b in zip(whole.average.network.parameters(), second.average.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_training_learns_a_drawn_disc(tmp_path: Path) -> None:
    config = replace(draw_data(tmp_path), steps=60, log_every=15)
    config = replace(config, data=replace(config.data, clip_share=0.0))
    Trainer(fresh(), config, tmp_path / "run").run()
    losses = [json.loads(line)["picture_loss"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert losses[-1] < 0.8 * losses[0]


def test_a_step_without_finite_gradient_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(fresh(), draw_data(tmp_path), tmp_path / "run")
    (tmp_path / "run").mkdir()
    before = [p.clone() for p in trainer.network.parameters()]
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *_: torch.tensor(float("nan")))
    from masklet.train.batches import batches

    trainer.train_step(next(iter(batches(trainer.config.data, 0, 0, 1))))
    assert trainer.step == 1
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.network.parameters(), strict=True))
