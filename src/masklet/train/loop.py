"""The training loop: batches in, weights and a log out; a killed run goes on at the step of its last save."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.model.network import Features, Network

from .batches import Batch, batches
from .config import TrainConfig
from .interaction import ClipLoss, Interaction
from .optimise import MovingAverage, build_optimiser, freeze, set_rate
from .validate import normalise, validate_pictures, validate_videos


class Trainer:
    """network: to be trained, its start already loaded. out: folder for state.pt, log.jsonl and average.pt."""

    def __init__(self, network: Network, config: TrainConfig, out: Path, development: Path | None = None) -> None:
        self.config, self.out, self.development = config, out, development
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        freeze(self.network, config.optimiser.frozen)
        self.optimiser = build_optimiser(self.network, config.optimiser)
        self.average = MovingAverage(self.network, config.optimiser.average)
        self.step = 0

    @property
    def state_file(self) -> Path:
        """Everything that a resumed run needs."""
        return self.out / "state.pt"

    def resume(self) -> bool:
        """Goes on from the last save, if there is one."""
        if not self.state_file.exists():
            return False
        state = torch.load(self.state_file, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        return True

    def save(self) -> None:
        """Weights, their average, the optimiser and the step; whole or not at all."""
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
        torch.set_num_threads(self.config.threads)
        last = self.config.steps if last is None else min(last, self.config.steps)
        recent: dict[bool, list[ClipLoss]] = {True: [], False: []}
        began, first = time.monotonic(), self.step
        for batch in batches(self.config.data, self.config.seed, self.step, last):
            recent[batch.still].append(self.train_step(batch))
            if self.step % self.config.log_every == 0:
                self._log({"steps_per_s": (self.step - first) / (time.monotonic() - began), **summary(recent)})
                recent = {True: [], False: []}
            if self.step % self.config.save_every == 0 or self.step == last:
                self.save()
            if self.development and (self.step % self.config.validate_every == 0 or self.step == last):
                self._log(self.validate(every=1 if self.step == self.config.steps else 4))

    def train_step(self, batch: Batch) -> ClipLoss:
        """One update; a batch whose loss or gradient is not finite changes nothing."""
        config = self.config.optimiser
        set_rate(self.optimiser, config, self.step, self.config.steps)
        # drawn anew from (seed, step), so that a resumed run repeats the same annotator
        rng = np.random.default_rng((self.config.seed, self.step, 7))
        interaction = Interaction(self.network, self.config.interaction, self.config.loss, rng)
        loss = interaction.run(self._features(batch), batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.total.backward()  # type: ignore[no-untyped-call]
        parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(parameters, config.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
            self.average.update(self.network, self.step)
        else:
            self._log({"skipped": "the gradient was not finite"})
        self.step += 1
        return loss

    def _features(self, batch: Batch) -> list[Features]:
        clips, frames = batch.pictures_BT3HW.shape[:2]
        pictures = normalise(batch.pictures_BT3HW.flatten(0, 1), self.network)
        with torch.set_grad_enabled(batch.still or self.config.optimiser.clip_steps_train_trunk):
            features = self.network.see(pictures)
        clip_rows = torch.arange(clips) * frames
        return [features.select((clip_rows + t)[batch.clip_N]) for t in range(frames)]

    def validate(self, every: int) -> dict[str, float]:
        """Figures of the averaged weights on every n-th development picture and video frame."""
        assert self.development is not None
        network = self.average.network.eval()
        figures = asdict(validate_pictures(network, PictureSet(self.development / "pictures" / "dev"), every))
        videos = DavisSet(self.development / "videos" / "dev")
        return {**figures, "video_j": validate_videos(network, videos, every=every)}

    def _log(self, row: Mapping[str, object]) -> None:
        row = {"step": self.step, **{k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}}
        line = json.dumps(row)
        print(line, flush=True)
        with (self.out / "log.jsonl").open("a") as file:
            file.write(line + "\n")


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
