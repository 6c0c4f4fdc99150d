"""The simulated annotator: first prompts and corrections for N objects at once.

Truths and predictions are masks at stride 4 (N H W); what comes out are prompts on the network's square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from masklet.data import clicks
from masklet.model.prompt_encoder import BOTTOM_RIGHT, PADDING, TOP_LEFT, Prompts

from .config import InteractionConfig


@dataclass
class Annotator:
    """Collects each object's clicks and box on one frame. size: side of the picture's square, in the pixels that
    prompts are given in (the network's own, whatever size it is trained at). rngs: one per object, so that what is
    clicked on one does not depend on which others are in the batch."""

    config: InteractionConfig
    size: int
    rngs: Sequence[np.random.Generator]
    points: list[list[tuple[float, float]]] = field(default_factory=list)
    labels: list[list[int]] = field(default_factory=list)
    _longest: int = 1

    def begin(self, truth_NHW: Tensor, boxes: bool) -> None:
        """A click, or a box, on each object; an absent object gets a click outside."""
        truth = (truth_NHW > 0.5).numpy()
        self.points, self.labels, self._longest = [], [], 2 if boxes else 1
        for mask, rng in zip(truth, self.rngs, strict=True):
            if not mask.any():
                click = clicks.correction_click(mask, mask, rng)
                self._add([(click.x, click.y)], [0], mask.shape)
            elif boxes:
                x0, y0, x1, y1 = clicks.jittered_box(mask, rng, most=20 * mask.shape[0] / self.size)
                self._add([(x0, y0), (x1, y1)], [TOP_LEFT, BOTTOM_RIGHT], mask.shape)
            else:
                centred = rng.random() < self.config.centre_first
                click = clicks.centre_click(mask) if centred else clicks.random_click(mask, rng)
                self._add([(click.x, click.y)], [1], mask.shape)

    def _add(self, xy: list[tuple[float, float]], labels: list[int], shape: tuple[int, ...]) -> None:
        # a point names a pixel, and the prompt encoder adds the half that leads to its centre
        scale_x, scale_y = self.size / shape[1], self.size / shape[0]
        self.points.append([(x * scale_x - 0.5, y * scale_y - 0.5) for x, y in xy])
        self.labels.append(labels)

    def correct(self, predicted_NHW: Tensor, truth_NHW: Tensor) -> None:
        """One more click on each object, on what is wrong."""
        predicted, truth = predicted_NHW.numpy(), (truth_NHW > 0.5).numpy()
        self._longest += 1
        for n, (got, wanted, rng) in enumerate(zip(predicted, truth, self.rngs, strict=True)):
            if rng.random() < self.config.from_truth and wanted.any():
                click = clicks.random_click(wanted, rng)
            else:
                # half as evaluation has it (the middle of the largest error), half anywhere on the error
                click = clicks.correction_click(got, wanted, rng if rng.random() < 0.5 else None)
            x, y = click.x * self.size / wanted.shape[1] - 0.5, click.y * self.size / wanted.shape[0] - 0.5
            self.points[n].append((x, y))
            self.labels[n].append(click.label)

    def prompts(self, previous_NHW: Tensor | None) -> Prompts:
        """What was said so far, padded to the longest there can be; previous: the answer to refine."""
        longest = self._longest  # not the longest there is: padding counts as a token, and a batch may be shared out
        points = torch.zeros(len(self.labels), longest, 2)
        labels = torch.full((len(self.labels), longest), PADDING)
        for n, (xy, kinds) in enumerate(zip(self.points, self.labels, strict=True)):
            points[n, : len(xy)] = torch.tensor(xy)
            labels[n, : len(kinds)] = torch.tensor(kinds)
        return Prompts(points, labels, previous_NHW)


def no_prompts(count: int) -> Prompts:
    """What a frame gets that is tracked from memory alone."""
    return Prompts(torch.zeros(count, 0, 2), torch.zeros(count, 0, dtype=torch.long))
