"""The training loop: batches in, weights and a log out; a killed run goes on at the step of its last save."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs

from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.errors import InputError
from masklet.model.network import Network

from .batches import Batch, Share, batches
from .board import Board, draw_answers
from .config import TrainConfig
from .interaction import ClipLoss
from .objective import Objective
from .optimise import MovingAverage, build_optimiser, freeze, set_rate
from .validate import validate_pictures, validate_videos

Say = Callable[[Mapping[str, object]], None]


class Trainer:
    """network: to be trained, its start already loaded. out: folder for state.pt, log.jsonl and the board.

    development: folder with pictures/dev and videos/dev to validate on. Started by `accelerate launch` or torchrun, the
    processes share every step's samples, and the loss is that of one process on all of them. say: gets each line.
    """

    def __init__(
        self, network: Network, config: TrainConfig, out: Path, development: Path | None = None, say: Say | None = None
    ) -> None:
        self.config, self.out, self.development, self._say = config, out, development, say
        # parts that a batch does not use (the memory on pictures) get no gradient
        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        self.accelerator = Accelerator(kwargs_handlers=[unused])
        device = self.accelerator.device
        self.network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        freeze(self.network, config.optimiser.frozen)
        self.optimiser = build_optimiser(self.network, config.optimiser)
        self.average = MovingAverage(self.network, config.optimiser.average)
        self.objective = self.accelerator.prepare(Objective(self.network, config))
        self.step = 0
        self.figures: Mapping[str, float] = {}
        self._board: Board | None = None

    @property
    def state_file(self) -> Path:
        """Everything that a resumed run needs."""
        return self.out / "state.pt"

    @property
    def log_file(self) -> Path:
        """One JSON object per line."""
        return self.out / "log.jsonl"

    @property
    def share(self) -> Share:
        """This process's part of every step."""
        return Share(self.accelerator.process_index, self.accelerator.num_processes)

    def resume(self) -> bool:
        """Goes on from the last save, if there is one. Raises InputError when it is another network's."""
        if not self.state_file.exists():
            return False
        state = torch.load(self.state_file, map_location="cpu", weights_only=True)
        try:
            self.network.load_state_dict(state["network"])
            self.average.network.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
        except (RuntimeError, ValueError, KeyError):
            raise InputError(
                f"{self.state_file}: saved by a training of another network or with other parts frozen; "
                "give another --out, or the configuration that it was begun with"
            ) from None
        self.step = state["step"]
        self._forget_later_lines()
        return True

    def _forget_later_lines(self) -> None:
        """A killed run may have logged steps that it never saved; they come again."""
        if not self.log_file.exists() or not self.accelerator.is_main_process:
            return
        kept = []
        for line in self.log_file.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(line)["step"] <= self.step:
                    kept.append(line + "\n")
            except (ValueError, KeyError):  # cut off in the middle by the kill
                continue
        temporary = self.log_file.with_suffix(".tmp")
        temporary.write_text("".join(kept), encoding="utf-8")
        os.replace(temporary, self.log_file)

    def save(self) -> None:
        """Weights, their average, the optimiser and the step; whole or not at all."""
        if not self.accelerator.is_main_process:
            return
        state = {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        temporary = self.state_file.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, self.state_file)

    def run(self, last: int | None = None) -> None:
        """Trains up to step `last` (default: the schedule's end)."""
        self.out.mkdir(parents=True, exist_ok=True)
        if self.accelerator.is_main_process:
            self._board = Board(self.out / "board", self.step)
        torch.set_num_threads(self.config.threads)
        last = self.config.steps if last is None else min(last, self.config.steps)
        recent: dict[bool, list[ClipLoss]] = {True: [], False: []}
        began, first = time.monotonic(), self.step
        for batch in batches(self.config.data, self.config.seed, self.step, last, self.share):
            recent[batch.still].append(self.train_step(batch))
            if self.step % self.config.log_every == 0:
                self._log({"steps_per_s": (self.step - first) / (time.monotonic() - began), **summary(recent)})
                recent = {True: [], False: []}
            if self.step % self.config.save_every == 0 or self.step == last:
                self.save()
            if self.development and (self.step % self.config.validate_every == 0 or self.step == last):
                self._validate(self.development)

    def train_step(self, batch: Batch) -> ClipLoss:
        """One update, shared with the other processes; a batch whose gradient is not finite changes nothing."""
        config, accelerator = self.config.optimiser, self.accelerator
        halved = self.config.precision == "bfloat16"
        set_rate(self.optimiser, config, self.step, self.config.steps)
        self.optimiser.zero_grad(set_to_none=True)
        objects = self._sum(torch.tensor([float(batch.objects)]))[0].item()
        losses: list[tuple[float, ClipLoss]] = []
        parts = [part.to(accelerator.device) for part in batch.split(config.accumulate)]
        for k, part in enumerate(parts):
            # processes' gradients are exchanged once, with the last part
            with nullcontext() if k == len(parts) - 1 else accelerator.no_sync(self.objective):
                with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=halved):
                    loss: ClipLoss = self.objective(part)
                weight = part.objects / objects
                # the exchange averages over processes, the loss is a mean over all objects
                accelerator.backward(loss.total * weight * accelerator.num_processes)
            losses.append((weight, loss))
        parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(parameters, config.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
            self.average.update(self.network, self.step)
        else:
            self._log({"skipped": "the gradient was not finite"})
        self.step += 1
        return self._together(losses)

    def _together(self, losses: list[tuple[float, ClipLoss]]) -> ClipLoss:
        """The loss of all parts in all processes."""
        rows = torch.tensor(
            [[weight * float(value) for value in (loss.total.detach(), *loss[1:])] for weight, loss in losses]
        )
        return ClipLoss(*(value.item() if k else value for k, value in enumerate(self._sum(rows.sum(0)))))

    def _sum(self, values: torch.Tensor) -> torch.Tensor:
        if self.accelerator.num_processes == 1:
            return values
        summed: torch.Tensor = self.accelerator.reduce(values.to(self.accelerator.device), "sum").cpu()
        return summed

    def _validate(self, development: Path) -> None:
        if self.accelerator.is_main_process:
            pictures = PictureSet(development / "pictures" / "dev")
            self.figures = self.validate(every=1 if self.step == self.config.steps else 4)
            self._log(self.figures)
            if self._board is not None and self.config.shown:
                drawn = draw_answers(self.average.network, pictures, self.config.shown)
                if drawn is not None:
                    self._board.picture(self.step, drawn)
        self.accelerator.wait_for_everyone()

    def validate(self, every: int) -> dict[str, float]:
        """Figures of the averaged weights on every n-th development picture and video frame."""
        assert self.development is not None
        network = self.average.network.eval()
        figures = asdict(validate_pictures(network, PictureSet(self.development / "pictures" / "dev"), every))
        videos = DavisSet(self.development / "videos" / "dev")
        return {**figures, "video_j": validate_videos(network, videos, every=every)}

    def _log(self, row: Mapping[str, object]) -> None:
        if not self.accelerator.is_main_process:
            return
        row = {"step": self.step, **{k: round(v, 6) if isinstance(v, float) else v for k, v in row.items()}}
        with self.log_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if self._say is not None:
            self._say(row)
        if self._board is not None:
            self._board.row(row)


def summary(recent: dict[bool, list[ClipLoss]]) -> dict[str, float]:
    """Means since the last line; IoU on pictures after the first and the last prompt, and on tracked frames."""
    out: dict[str, float] = {}
    stills, clips = recent[True], recent[False]
    if stills:
        out["picture_loss"] = float(np.mean([x.total.item() for x in stills]))
        out["first"] = float(np.mean([x.first for x in stills]))
        out["last"] = float(np.mean([x.last for x in stills]))
    if clips:
        out["clip_loss"] = float(np.mean([x.total.item() for x in clips]))
        out["presence_loss"] = float(np.mean([x.presence for x in clips]))
        tracked = [x.tracked for x in clips if np.isfinite(x.tracked)]
        if tracked:
            out["tracked"] = float(np.mean(tracked))
    return out
