"""EfficientTAM's trunk: a plain, light vision transformer with window attention and a few global blocks (Xiong et al.
2024; Li et al. 2022).

B batch, H W height and width, N places, C channels, h heads.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import PlainVitConfig
from ..layers import attend
from .vit import VitBlock


class PlainAttention(nn.Module):
    """Multi-head attention within each x_BHWC."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x_BHWC: Tensor) -> Tensor:
        """The same shape."""
        qkv = self.qkv(x_BHWC).flatten(1, 2).unflatten(2, (3, self.heads, -1))
        q_BhNC, k_BhNC, v_BhNC = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out: Tensor = self.out(attend(q_BhNC, k_BhNC, v_BhNC).transpose(1, 2).flatten(2))
        return out.unflatten(1, x_BHWC.shape[1:3])


class PlainVit(nn.Module):
    """pictures_B3HW, normalised -> features at stride 16, alone in a list. H and W: multiples of 16."""

    def __init__(self, config: PlainVitConfig) -> None:
        super().__init__()
        c, self.side = config.channels, config.position_side
        self.patches = nn.Conv2d(3, c, config.patch, config.patch)
        # the first was a class's when the trunk was pretrained; published weights carry it; nothing reads it
        self.position = nn.Parameter(torch.zeros(1, 1 + self.side**2, c))
        nn.init.trunc_normal_(self.position, std=0.02)
        windows = (0 if n in config.global_blocks else config.window for n in range(config.blocks))
        self.blocks = nn.ModuleList(VitBlock(c, window, PlainAttention(c, config.heads)) for window in windows)

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """The last block's output, BCHW."""
        x = self.patches(pictures_B3HW)
        x = (x + self.positions(x.shape[2], x.shape[3])).permute(0, 2, 3, 1)
        for block in self.blocks:
            x = block(x)
        return [x.permute(0, 3, 1, 2)]

    def positions(self, height: int, width: int) -> Tensor:
        """The position embedding of a picture of so many patches, 1CHW."""
        learned = self.position[:, 1:].transpose(1, 2).unflatten(2, (self.side, self.side))
        if (height, width) == (self.side, self.side):
            return learned
        return F.interpolate(learned, size=(height, width), mode="bicubic", align_corners=False)
