"""One batch in, its loss out: the module whose forward pass is shared among processes."""

from __future__ import annotations

import torch
from torch import nn

from masklet.model.network import Features, Network

from .batches import Batch
from .config import TrainConfig
from .interaction import ClipLoss, Interaction
from .validate import normalise


class Objective(nn.Module):
    """The interaction loop over a network. Takes no randomness but the configuration's seed and the batch's step."""

    def __init__(self, network: Network, config: TrainConfig) -> None:
        super().__init__()
        self.network, self.config = network, config

    def forward(self, batch: Batch) -> ClipLoss:
        """The loss of a batch, a mean over its objects."""
        config = self.config
        interaction = Interaction(self.network, config.interaction, config.loss, config.seed)
        return interaction.run(self._features(batch), batch)

    def _features(self, batch: Batch) -> list[Features]:
        clips, frames = batch.pictures_BT3HW.shape[:2]
        pictures = normalise(batch.pictures_BT3HW.flatten(0, 1), self.network)
        with torch.set_grad_enabled(batch.still or self.config.optimiser.clip_steps_train_trunk):
            features = self.network.see(pictures)
        clip_rows = torch.arange(clips, device=pictures.device) * frames
        return [features.select((clip_rows + t)[batch.clip_N]) for t in range(frames)]
