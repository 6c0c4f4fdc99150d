"""Hiera (Ryali et al. 2023), SAM 2's trunk: window attention, a few global blocks, pooled queries between stages.

B batch, H W height and width, C channels, N tokens of a window, h heads.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import HieraConfig

PATCH, PATCH_STRIDE = 7, 4
EPS = 1e-6


class HieraAttention(nn.Module):
    """Multi-head attention within each x_BHWC; with `pool`, queries are the maxima of 2x2 cells."""

    def __init__(self, inputs: int, outputs: int, heads: int, pool: bool) -> None:
        super().__init__()
        self.heads, self.pool = heads, pool
        self.qkv = nn.Linear(inputs, 3 * outputs)
        self.out = nn.Linear(outputs, outputs)

    def forward(self, x_BHWC: Tensor) -> Tensor:
        """The same size, or half of it when queries are pooled."""
        q, k, v = self.qkv(x_BHWC).chunk(3, dim=-1)
        if self.pool:
            q = pool_cells(q)
        size = q.shape[1:3]
        q, k, v = (y.flatten(1, 2).unflatten(2, (self.heads, -1)).transpose(1, 2) for y in (q, k, v))
        attended_BhNC = F.scaled_dot_product_attention(q, k, v)
        out: Tensor = self.out(attended_BhNC.transpose(1, 2).flatten(2))
        return out.unflatten(1, size)


class HieraBlock(nn.Module):
    """Attention and MLP, both residual. window: side of the attention windows, 0 for the whole picture.

    pool: the block opens a stage: it halves the resolution and widens the channels.
    """

    def __init__(self, inputs: int, outputs: int, heads: int, window: int, pool: bool) -> None:
        super().__init__()
        self.window, self.pool = window, pool
        self.norm1 = nn.LayerNorm(inputs, eps=EPS)
        self.attention = HieraAttention(inputs, outputs, heads, pool)
        self.shortcut = nn.Linear(inputs, outputs) if inputs != outputs else None
        self.norm2 = nn.LayerNorm(outputs, eps=EPS)
        self.mlp = nn.Sequential(nn.Linear(outputs, 4 * outputs), nn.GELU(), nn.Linear(4 * outputs, outputs))

    def forward(self, x_BHWC: Tensor) -> Tensor:
        """The same size, or half of it with twice the channels where a stage opens."""
        y = self.norm1(x_BHWC)
        if self.shortcut is not None:
            x_BHWC = self.shortcut(y)
            if self.pool:
                x_BHWC = pool_cells(x_BHWC)
        if self.window:
            y = into_windows(y, self.window)
        y = self.attention(y)
        if self.window:
            y = out_of_windows(y, x_BHWC.shape)
        x_BHWC = x_BHWC + y
        out: Tensor = x_BHWC + self.mlp(self.norm2(x_BHWC))
        return out


class Hiera(nn.Module):
    """pictures_B3HW, normalised -> features at strides 4, 8, 16, 32. H and W: multiples of 32."""

    def __init__(self, config: HieraConfig) -> None:
        super().__init__()
        c = config.channels
        self.patches = nn.Conv2d(3, c, PATCH, PATCH_STRIDE, padding=PATCH // 2)
        # Bolya et al. 2023: a coarse position over the picture, and one that repeats in every window
        self.position = nn.Parameter(torch.zeros(1, c, *config.position_size))
        self.window_position = nn.Parameter(torch.zeros(1, c, config.windows[0], config.windows[0]))
        blocks: list[nn.Module] = []
        self.taps: list[int] = []
        inputs, heads = c, config.heads
        for stage, count in enumerate(config.blocks):
            outputs = config.out_channels[stage]
            for n in range(count):
                opens = stage > 0 and n == 0
                heads = heads * 2 if opens else heads
                # an opening block still sees its input at the stage before, and windows of that stage
                window = 0 if len(blocks) in config.global_blocks else config.windows[stage - opens]
                blocks.append(HieraBlock(inputs, outputs, heads, window, pool=opens))
                inputs = outputs
            self.taps.append(len(blocks) - 1)
        self.blocks = nn.ModuleList(blocks)
        for embedding in (self.position, self.window_position):
            nn.init.trunc_normal_(embedding, std=0.02)

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """What each stage ends with, BCHW."""
        x = self.patches(pictures_B3HW).permute(0, 2, 3, 1)
        x = x + self.positions(x.shape[1], x.shape[2])
        features = []
        for n, block in enumerate(self.blocks):
            x = block(x)
            if n in self.taps:
                features.append(x.permute(0, 3, 1, 2))
        return features

    def positions(self, height: int, width: int) -> Tensor:
        """What is added to the patches of a picture of so many, 1HWC."""
        over_picture = F.interpolate(self.position, size=(height, width), mode="bicubic")
        side = self.window_position.shape[-1]
        in_window = self.window_position.tile(1, 1, -(-height // side), -(-width // side))
        return (over_picture + in_window[:, :, :height, :width]).permute(0, 2, 3, 1)


def pool_cells(x_BHWC: Tensor) -> Tensor:
    """Maxima of 2x2 cells."""
    return F.max_pool2d(x_BHWC.permute(0, 3, 1, 2), 2, 2).permute(0, 2, 3, 1)


def into_windows(x_BHWC: Tensor, side: int) -> Tensor:
    """Windows of side x side, row by row, one after the other in the batch; zeros fill the last ones up."""
    height, width = x_BHWC.shape[1:3]
    x = F.pad(x_BHWC, (0, 0, 0, -width % side, 0, -height % side))
    x = x.unflatten(2, (-1, side)).unflatten(1, (-1, side))  # B rows side columns side C
    return x.transpose(2, 3).flatten(0, 2)


def out_of_windows(windows_BNNC: Tensor, shape_BHWC: torch.Size) -> Tensor:
    """The inverse of `into_windows`; what filled up is cut off."""
    batch, height, width, _ = shape_BHWC
    side = windows_BNNC.shape[1]
    x = windows_BNNC.unflatten(0, (batch, -(-height // side), -(-width // side)))
    return x.transpose(2, 3).flatten(3, 4).flatten(1, 2)[:, :height, :width]
