"""The interaction loop: prompt, answer, correct, remember, go on to the next frame (Ravi et al. 2024, appendix D.2).

A still picture is a clip of one frame. N objects over all clips, T frames, H W of the mask.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from masklet.model.network import Decoded, Features, Memories, Network

from .annotator import Annotator, no_prompts
from .batches import Batch
from .config import InteractionConfig, LossConfig
from .losses import AnswerLoss, answer_loss


@dataclass
class Remembered:
    """What the objects of a clip have in memory so far."""

    tokens: list[Tensor] = field(default_factory=list)
    pointers: list[Tensor] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    prompted: list[bool] = field(default_factory=list)

    def add(self, tokens: Tensor, pointers: Tensor, frame: int, prompted: bool) -> None:
        """One frame more: tokens_BNC and pointers_BC of all objects."""
        self.tokens.append(tokens)
        self.pointers.append(pointers)
        self.frames.append(frame)
        self.prompted.append(prompted)

    def forget_before(self, frame: int) -> None:
        """Drops what no recall from here on can reach; prompted frames stay."""
        kept = [k for k, f in enumerate(self.frames) if f >= frame or self.prompted[k]]
        self.tokens, self.pointers = [self.tokens[k] for k in kept], [self.pointers[k] for k in kept]
        self.frames, self.prompted = [self.frames[k] for k in kept], [self.prompted[k] for k in kept]

    def recall(self, frame: int, recent: int, most_pointers: int) -> Memories | None:
        """All prompted frames in slot 0, the last `recent` others in slots 1…, as SAM 2 tracks forward."""
        kept = [
            (k, 0 if self.prompted[k] else frame - self.frames[k])
            for k in range(len(self.frames))
            if self.prompted[k] or frame - self.frames[k] <= recent
        ]
        if not kept:
            return None
        count = len(self.tokens[0])
        pointed = list(range(len(self.frames)))[-most_pointers:]
        return Memories(
            tokens_BKNC=torch.stack([self.tokens[k] for k, _ in kept], 1),
            slots_BK=torch.tensor([slot for _, slot in kept]).expand(count, -1),
            pointers_BLC=torch.stack([self.pointers[k] for k in pointed], 1),
            distances_BL=torch.tensor([frame - self.frames[k] for k in pointed]).expand(count, -1),
        )


class ClipLoss(NamedTuple):
    """total: to minimise, mean over answers and objects. first, last, tracked: mean IoU after the first prompt, after
    the last correction of the first frame, and on frames without prompts (NaN where there are none)."""

    total: Tensor
    first: float
    last: float
    tracked: float
    presence: float


class Interaction:
    """Plays the annotator against the network on one batch and adds up the losses.

    What happens to all objects alike (how many corrections, which frames are prompted) is drawn from (seed, step);
    where an object is clicked, from its own name besides. So a batch that is shared out gives the same as a whole.
    """

    def __init__(self, network: Network, config: InteractionConfig, loss: LossConfig, seed: int) -> None:
        self.network, self.config, self.loss, self.seed = network, config, loss, seed

    def run(self, features: list[Features], batch: Batch) -> ClipLoss:
        """features: per frame, one row per object (already selected). batch: the truths."""
        frames, memory = len(features), self.network.config.video
        rng = np.random.default_rng((self.seed, batch.step, 7))
        own = [np.random.default_rng((self.seed, batch.step, 8, *name)) for name in batch.names_N]
        script = self._script(rng, frames)
        annotator = Annotator(self.config, self.network.config.picture_size, own)
        remembered = Remembered()
        answers: list[AnswerLoss] = []
        prompted: list[list[AnswerLoss]] = []
        tracked: list[float] = []
        for t, seen in enumerate(features):
            truth = batch.truth_NTHW[:, t]
            f16 = self.network.recall(seen.f16_BChw, remembered.recall(t, memory.recent, memory.pointers))
            if t in script.prompted and script.by_mask:
                answer = self.network.read_given_mask(seen, batch.masks_NTHW[:, t, None].float())
                chosen, pointers = answer.mask_logits_BMHW[:, 0], answer.pointers_BMC[:, 0]
            elif t in script.prompted:
                annotator.begin(truth, script.boxes)
                answer, chosen, pointers, losses = self._correct(f16, seen, truth, annotator, script.corrections)
                answers += losses
                prompted.append(losses)
            else:
                answer = self.network.decode(f16, seen, no_prompts(len(truth)))
                answers.append(answer_loss(answer, truth, True, self.loss))
                tracked.append(answers[-1].iou)
                chosen, pointers = preferred(answer)
            if t + 1 < frames:
                certain = torch.full((len(truth),), t in script.prompted and not script.by_mask)
                gone = (answer.presence_B <= 0)[:, None, None]
                logits = chosen.detach().masked_fill(gone, -1024.0)
                memories = self.network.remember(seen.f16_BChw, logits, answer.presence_B, certain)
                remembered.add(memories, pointers, t, t in script.prompted)
        return ClipLoss(
            torch.stack([a.total for a in answers]).mean(),
            prompted[0][0].iou if prompted else float("nan"),
            prompted[0][-1].iou if prompted else float("nan"),
            float(np.mean(tracked)) if tracked else float("nan"),
            float(np.mean([a.presence for a in answers])),
        )

    def _script(self, rng: np.random.Generator, frames: int) -> Script:
        config, still = self.config, frames == 1
        by_mask = not still and rng.random() < config.mask_share
        prompted = {0}
        if not still and rng.random() < config.second_prompted_frame:
            prompted.add(int(rng.integers(1, frames)))
        points = config.picture_point_share if still else config.point_share / max(1 - config.mask_share, 1e-6)
        most = config.corrections if still else config.clip_corrections
        corrections = int(rng.integers(min(1, most), most + 1))
        return Script(frozenset(prompted), by_mask, bool(rng.random() >= points), corrections)

    def _correct(
        self, f16: Tensor, seen: Features, truth: Tensor, annotator: Annotator, corrections: int
    ) -> tuple[Decoded, Tensor, Tensor, list[AnswerLoss]]:
        """A first prompt and its corrections on one frame: the last answer, its chosen mask and pointer, the losses."""
        losses: list[AnswerLoss] = []
        previous: Tensor | None = None
        for round_ in range(corrections + 1):
            answer = self.network.decode(f16, seen, annotator.prompts(previous))
            ambiguous = round_ == 0
            losses.append(answer_loss(answer, truth, ambiguous, self.loss))
            chosen, pointers = (
                preferred(answer) if ambiguous else (answer.mask_logits_BMHW[:, 0], answer.pointers_BMC[:, 0])
            )
            if round_ < corrections:
                previous = chosen.detach().float().clamp(-32, 32)
                annotator.correct(previous > 0, truth)
        return answer, chosen, pointers, losses


@dataclass(frozen=True)
class Script:
    """What happens to all objects of a batch alike: the frames prompted, by the mask itself or else by boxes or clicks,
    and how many corrections follow."""

    prompted: frozenset[int]
    by_mask: bool
    boxes: bool
    corrections: int


def preferred(answer: Decoded) -> tuple[Tensor, Tensor]:
    """The candidate of highest predicted IoU, and its pointer."""
    index = 1 + answer.iou_BM[:, 1:].argmax(1)
    row = torch.arange(len(index))
    return answer.mask_logits_BMHW[row, index], answer.pointers_BMC[row, index]
