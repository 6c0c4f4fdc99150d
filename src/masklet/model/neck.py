"""From the trunk's four levels to the three that the decoder reads. B batch, C channels, H W height and width."""

from __future__ import annotations

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from .config import NeckConfig, Stages
from .layers import LayerNorm2d

STRIDES = (4, 8, 16)


class Neck(nn.Module):
    """Feature pyramid (Lin et al. 2017) with nearest top-down; stride 32 only feeds the level below it."""

    def __init__(self, config: NeckConfig, trunk_channels: Stages, channels: int) -> None:
        super().__init__()
        self.top_down = config.top_down
        self.widths = config.widths or (channels, channels, channels)
        widths = (*self.widths, self.widths[2])
        self.laterals = nn.ModuleList(nn.Conv2d(c, w, 1) for c, w in zip(trunk_channels, widths, strict=True))
        # where the pyramid narrows, what comes down is projected first
        self.descents = nn.ModuleList(
            nn.Conv2d(above, w, 1) if above != w else nn.Identity() for w, above in pairwise(widths)
        )
        self.smooth = nn.ModuleList(smoothing(w) if config.widths else nn.Identity() for w in self.widths)

    def forward(self, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """features at strides 4, 8, 16, 32 -> the pyramid at strides 4, 8, 16."""
        x = self.laterals[3](features[3])
        out: list[Tensor] = []
        for level in (2, 1, 0):
            above, x = x, self.laterals[level](features[level])
            if STRIDES[level] in self.top_down:
                x = x + F.interpolate(self.descents[level](above), scale_factor=2.0, mode="nearest")
            out.append(self.smooth[level](x))
        f16, f8, f4 = out
        return f4, f8, f16


class PlainNeck(nn.Module):
    """SAM's neck: the trunk's stride 16 alone, projected and smoothed; there is nothing at strides 4 and 8."""

    def __init__(self, trunk_channels: Stages, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(trunk_channels[2], channels, 1, bias=False),
            LayerNorm2d(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            LayerNorm2d(channels),
        )

    def forward(self, features: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """[features at stride 16] -> strides 4, 8, 16, the first two without any channel."""
        f16: Tensor = self.layers(features[0])
        nothing = f16.new_zeros(len(f16), 0, 1, 1)
        return nothing, nothing, f16


def smoothing(channels: int) -> nn.Module:
    """Normalise, mix neighbours, normalise: x_BCHW -> x_BCHW."""
    return nn.Sequential(
        LayerNorm2d(channels),
        nn.Conv2d(channels, channels, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, 1),
        LayerNorm2d(channels),
    )
