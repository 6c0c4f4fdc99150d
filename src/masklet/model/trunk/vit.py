"""SAM's trunk: a plain vision transformer with window attention and a few global blocks (Li et al. 2022).

Where a key lies relative to its query is added to their product, rows and columns each for themselves (Li et al. 2022,
MViTv2, section 4.1). B batch, H W height and width, N places, C channels, h heads, c channels of a head.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import VitConfig
from .hiera import into_windows, out_of_windows

EPS = 1e-6


class RelativeAttention(nn.Module):
    """Multi-head attention within each x_BHWC, a square of `side` places a side.

    heads_at_once: how many heads' products lie in memory together; whole pictures would fill it otherwise.
    """

    def __init__(self, channels: int, heads: int, side: int, heads_at_once: int) -> None:
        super().__init__()
        self.heads, self.side, self.heads_at_once = heads, side, heads_at_once
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        # row d is about keys d - (side - 1) places before the query
        self.rows = nn.Parameter(torch.zeros(2 * side - 1, channels // heads))
        self.columns = nn.Parameter(torch.zeros(2 * side - 1, channels // heads))
        for embedding in (self.rows, self.columns):
            nn.init.trunc_normal_(embedding, std=0.02)

    def forward(self, x_BHWC: Tensor) -> Tensor:
        """The same shape."""
        qkv = self.qkv(x_BHWC).flatten(1, 2).unflatten(2, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        parts = zip(*(x.split(self.heads_at_once, dim=1) for x in (q, k, v)), strict=True)
        attended_BhNc = torch.cat([self._attend(*part) for part in parts], dim=1)
        out: Tensor = self.out(attended_BhNc.transpose(1, 2).flatten(2))
        return out.unflatten(1, x_BHWC.shape[1:3])

    def _attend(self, q_BhNc: Tensor, k_BhNc: Tensor, v_BhNc: Tensor) -> Tensor:
        side = self.side
        n = torch.arange(side, device=q_BhNc.device)
        distance = n[:, None] - n[None, :] + side - 1  # query, key
        q_BhHWc = q_BhNc.unflatten(2, (side, side))
        by_row = q_BhHWc @ self.rows[distance].transpose(1, 2)  # B h query's row, query's column, key's row
        by_column = (q_BhHWc.transpose(2, 3) @ self.columns[distance].transpose(1, 2)).transpose(2, 3)
        bias = by_row[..., :, None] + by_column[..., None, :]
        return F.scaled_dot_product_attention(q_BhNc, k_BhNc, v_BhNc, attn_mask=bias.flatten(4).flatten(2, 3))


class VitBlock(nn.Module):
    """Attention and MLP, both residual. window: side of the attention windows, 0 for the whole picture.

    attention: x_BHWC -> the same shape.
    """

    def __init__(self, channels: int, window: int, attention: nn.Module) -> None:
        super().__init__()
        self.window = window
        self.norm1 = nn.LayerNorm(channels, eps=EPS)
        self.attention = attention
        self.norm2 = nn.LayerNorm(channels, eps=EPS)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))

    def forward(self, x_BHWC: Tensor) -> Tensor:
        """The same shape."""
        y = self.norm1(x_BHWC)
        if self.window:
            y = out_of_windows(self.attention(into_windows(y, self.window)), y.shape)
        else:
            y = self.attention(y)
        x_BHWC = x_BHWC + y
        out: Tensor = x_BHWC + self.mlp(self.norm2(x_BHWC))
        return out


class Vit(nn.Module):
    """pictures_B3HW, normalised, of one fixed size -> features at stride 16, alone in a list.

    grid: side of the picture, in patches.
    """

    def __init__(self, config: VitConfig, grid: int) -> None:
        super().__init__()
        c = config.channels
        self.patches = nn.Conv2d(3, c, config.patch, config.patch)
        self.position = nn.Parameter(torch.zeros(1, grid, grid, c))
        nn.init.trunc_normal_(self.position, std=0.02)
        windows = (0 if n in config.global_blocks else config.window for n in range(config.blocks))
        self.blocks = nn.ModuleList(
            VitBlock(c, window, RelativeAttention(c, config.heads, window or grid, config.heads if window else 1))
            for window in windows
        )

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """The last block's output, BCHW."""
        x = self.patches(pictures_B3HW).permute(0, 2, 3, 1) + self.position
        for block in self.blocks:
            x = block(x)
        return [x.permute(0, 3, 1, 2)]
