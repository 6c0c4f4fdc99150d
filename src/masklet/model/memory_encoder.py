"""A picture's features and an object's mask become a memory. B objects, C channels, H W height and width."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import NetworkConfig
from .layers import LayerNorm2d


class ConvNeXtBlock(nn.Module):
    """Liu et al. 2022, with layer scale."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = LayerNorm2d(channels)
        self.expand = nn.Linear(channels, 4 * channels)
        self.project = nn.Linear(4 * channels, channels)
        self.scale = nn.Parameter(torch.full((channels,), 1e-6))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        y = self.norm(self.filter(x_BCHW)).permute(0, 2, 3, 1)
        y = self.project(F.gelu(self.expand(y))) * self.scale
        return x_BCHW + y.permute(0, 3, 1, 2)


class MemoryEncoder(nn.Module):
    """The mask, brought down to stride 16, is added to the picture's features and mixed with them."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        c = config.channels
        widths = [1] + [min(c, 4**n) for n in (1, 2, 3, 4)]
        downsampling: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            downsampling += [nn.Conv2d(inputs, outputs, 3, 2, 1), LayerNorm2d(outputs), nn.GELU()]
        self.mask = nn.Sequential(*downsampling, nn.Conv2d(c, c, 1))
        self.picture = nn.Conv2d(c, c, 1)
        self.fuser = nn.Sequential(*(ConvNeXtBlock(c) for _ in range(config.video.fuser_blocks)))
        self.out = nn.Conv2d(c, config.video.channels, 1)

    def forward(self, f16_BCHW: Tensor, mask_B1HW: Tensor) -> Tensor:
        """mask_B1HW: at the picture's size, scaled to about -10…10 -> memory at stride 16, memory channels."""
        x: Tensor = self.out(self.fuser(self.picture(f16_BCHW) + self.mask(mask_B1HW)))
        return x
