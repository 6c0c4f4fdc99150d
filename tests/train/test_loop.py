"""A killed training goes on as if nothing had happened, and training makes the loss fall."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from masklet.errors import InputError
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
    config = replace(draw_data(tmp_path), steps=60, log_every=15, save_every=60)
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


ROOT = Path(__file__).resolve().parents[2]


def lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def without_times(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{k: v for k, v in row.items() if k != "steps_per_s"} for row in rows]


def start(out: Path, data: Path, *options: str, processes: int = 1) -> subprocess.Popen[bytes]:
    launcher = [sys.executable]
    if processes > 1:
        launcher += ["-m", "torch.distributed.run", "--nproc-per-node", str(processes), "--master-port", "0"]
        launcher += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0"]
    return subprocess.Popen(
        [*launcher, str(ROOT / "tests" / "train" / "run_tiny.py"), str(out), str(data), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_a_training_killed_outright_logs_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    config = draw_data(tmp_path / "data")
    whole = Trainer(fresh(), replace(config, steps=12, log_every=1), tmp_path / "whole")
    whole.run()
    process = start(tmp_path / "cut", tmp_path / "data", "steps=12", "log_every=1")
    log, limit = tmp_path / "cut" / "log.jsonl", time.monotonic() + 120
    while not log.exists() or len(log.read_text().splitlines()) < 6:  # saved at step 4, logged beyond it
        assert process.poll() is None and time.monotonic() < limit, process.stderr and process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    resumed = start(tmp_path / "cut", tmp_path / "data", "steps=12", "log_every=1")
    _, errors = resumed.communicate(timeout=180)
    assert resumed.returncode == 0, errors
    assert without_times(lines(tmp_path / "cut")) == without_times(lines(tmp_path / "whole"))
    saved = torch.load(tmp_path / "cut" / "state.pt", weights_only=True)["network"]
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, saved[name]), name


@pytest.mark.slow
def test_two_processes_have_the_loss_of_one_on_the_same_batches(tmp_path: Path) -> None:
    draw_data(tmp_path / "data")
    for name, processes in (("one", 1), ("two", 2)):
        run = start(tmp_path / name, tmp_path / "data", "log_every=1", "clips_per_step=2", processes=processes)
        _, errors = run.communicate(timeout=300)
        assert run.returncode == 0, errors
    one, two = lines(tmp_path / "one"), lines(tmp_path / "two")
    assert [row["step"] for row in one] == [row["step"] for row in two] == list(range(1, 9))
    assert {"picture_loss", "clip_loss"} <= {key for row in one for key in row}
    for a, b in zip(one, two, strict=True):
        for key in {"picture_loss", "clip_loss"} & a.keys():
            # sums in another order, which updates magnify
            assert a[key] == pytest.approx(b[key], rel=1e-5 if a["step"] == 1 else 1e-3)


def test_parts_of_a_batch_add_up_to_the_whole(tmp_path: Path) -> None:
    config = draw_data(tmp_path)
    config = replace(config, data=replace(config.data, clips_per_step=2))
    from masklet.train.batches import batches

    found = {}
    for parts in (1, 2):
        optimiser = replace(config.optimiser, accumulate=parts)
        trainer = Trainer(fresh(), replace(config, optimiser=optimiser), tmp_path / str(parts))
        losses = [trainer.train_step(batch).total.item() for batch in batches(config.data, 0, 0, 4)]
        found[parts] = losses
    assert found[1] == pytest.approx(found[2], rel=1e-4)


def test_half_precision_products_train_too(tmp_path: Path) -> None:
    trainer = Trainer(fresh(), replace(draw_data(tmp_path), precision="bfloat16"), tmp_path / "run")
    trainer.run(last=4)
    assert all(p.dtype == torch.float32 and torch.isfinite(p).all() for p in trainer.network.parameters())


def test_the_board_has_curves_and_pictures(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    config = replace(draw_data(tmp_path), validate_every=4)
    for kind in ("pictures", "videos"):
        (tmp_path / "development" / kind).mkdir(parents=True)
        (tmp_path / "development" / kind / "dev").symlink_to(tmp_path / kind)
    Trainer(fresh(), config, tmp_path / "run", tmp_path / "development").run(last=4)
    events = EventAccumulator(str(tmp_path / "run" / "board")).Reload()
    assert {"one_click", "video_j", "steps_per_s"} <= set(events.Tags()["scalars"])
    assert [(e.step, e.height > 100) for e in events.Images("answers")] == [(4, True)]


def test_a_state_of_another_network_is_refused_in_one_line(tmp_path: Path) -> None:
    config = draw_data(tmp_path)
    Trainer(fresh(), config, tmp_path / "run").run(last=4)
    other = Trainer(Network(replace(TINY, memory=replace(TINY.video, channels=32))), config, tmp_path / "run")
    with pytest.raises(InputError, match="another network"):
        other.resume()
