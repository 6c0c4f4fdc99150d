"""A picture's features look at what is remembered. B objects, N M places, C channels."""

from __future__ import annotations

from math import isqrt, log

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import NetworkConfig, Pooling
from .layers import attend
from .perceiver import token_rotation
from .position import rotary_2d, rotate

LOG_FOUR = log(4)


class RotaryAttention(nn.Module):
    """Attention with 2-D rotary positions; of the keys, the last `unplaced` (pointers) have no place.

    pooling: see `MemoryConfig`. Keys of one grid alone are not pooled.
    """

    def __init__(self, channels: int, keys_channels: int, heads: int, pooling: Pooling | None = None) -> None:
        super().__init__()
        self.heads, self.pooling = heads, pooling
        self.q = nn.Linear(channels, channels)
        self.k = nn.Linear(keys_channels, channels)
        self.v = nn.Linear(keys_channels, channels)
        self.out = nn.Linear(channels, channels)

    def forward(
        self,
        q_BNC: Tensor,
        k_BMC: Tensor,
        v_BMC: Tensor,
        rotation: tuple[Tensor, Tensor],
        unplaced: int = 0,
        counts_B11M: Tensor | None = None,
        keys_rotation: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """rotation: cosines and sines of the queries' grid; keys are any number of such grids, or of memories that
        `keys_rotation` is of, then the unplaced ones. counts_B11M: bool, which of the keys count (None: all). q: of as
        many as the keys are, or one for all."""
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, x in ((self.q, q_BNC), (self.k, k_BMC), (self.v, v_BMC))
        )
        q = rotate(q, *rotation).expand(k.shape[0], -1, -1, -1)
        cos, sin = keys_rotation or rotation
        placed = k.shape[2] - unplaced
        repeats = placed // cos.shape[0]
        if repeats:
            turned = rotate(k[:, :, :placed], cos.repeat(repeats, 1), sin.repeat(repeats, 1))
            k = torch.cat([turned, k[:, :, placed:]], dim=2) if unplaced else turned
        if self.pooling is not None and repeats > 1:
            grid = cos.shape[0]
            extra = LOG_FOUR if self.pooling == "raised" else 0.0
            k = torch.cat([pooled(k[:, :, :placed], grid) + extra, k[:, :, placed:]], dim=2)
            v = torch.cat([pooled(v[:, :, :placed], grid), v[:, :, placed:]], dim=2)
            counts_B11M = self._pooled_counts(counts_B11M, k, placed)
        out: Tensor = self.out(attend(q, k, v, counts_B11M).transpose(1, 2).flatten(2))
        return out

    def _pooled_counts(self, counts_B11M: Tensor | None, k_BhMC: Tensor, placed: int) -> Tensor | None:
        """What is added to the products with pooled keys, or the bool of those that count."""
        # a memory counts as a whole: of every four places any one tells
        counts = (
            None if counts_B11M is None else torch.cat([counts_B11M[..., :placed:4], counts_B11M[..., placed:]], dim=-1)
        )
        if self.pooling == "raised":
            return counts
        bias = k_BhMC.new_zeros(1, 1, 1, k_BhMC.shape[2])
        bias[..., : placed // 4] = LOG_FOUR
        return bias if counts is None else bias.masked_fill(~counts, float("-inf"))


def pooled(x_BhNC: Tensor, grid: int) -> Tensor:
    """Means over squares of four places; N: places of square grids of `grid` places each, one after the other."""
    side = isqrt(grid)
    squares = x_BhNC.unflatten(2, (-1, side // 2, 2, side // 2, 2))
    return squares.mean((4, 6)).flatten(2, 4)


class MemoryAttentionLayer(nn.Module):
    """The picture looks at itself, then at the memories, then thinks it over; all residual, norms first."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        c, memory = config.channels, config.video
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(c), nn.LayerNorm(c), nn.LayerNorm(c)
        self.self_attention = RotaryAttention(c, c, memory.heads)
        self.cross_attention = RotaryAttention(c, memory.channels, memory.heads, memory.pooling)
        self.linear1 = nn.Linear(c, memory.mlp)
        self.linear2 = nn.Linear(memory.mlp, c)

    def forward(
        self,
        x_BNC: Tensor,
        keys_BMC: Tensor,
        values_BMC: Tensor,
        rotation: tuple[Tensor, Tensor],
        pointer_tokens: int,
        counts_B11M: Tensor | None,
        keys_rotation: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        """x_BNC -> the same shape."""
        y = self.norm1(x_BNC)
        x = x_BNC + self.self_attention(y, y, y, rotation)
        x = x + self.cross_attention(
            self.norm2(x), keys_BMC, values_BMC, rotation, pointer_tokens, counts_B11M, keys_rotation
        )
        out: Tensor = x + self.linear2(F.relu(self.linear1(self.norm3(x))))
        return out


class MemoryAttention(nn.Module):
    """A stack of layers (Ravi et al. 2024, section 4)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.width = config.channels // config.video.heads
        self.perceiver = config.video.perceiver
        self.layers = nn.ModuleList(MemoryAttentionLayer(config) for _ in range(config.video.layers))
        self.norm = nn.LayerNorm(config.channels)

    def forward(
        self,
        f16_BNC: Tensor,
        keys_BMC: Tensor,
        values_BMC: Tensor,
        grid: tuple[int, int],
        pointer_tokens: int,
        counts_BM: Tensor | None = None,
    ) -> Tensor:
        """f16_BNC with its position already added, of one picture or of each object, to B objects' of that shape. keys:
        memories with positions; the last `pointer_tokens` of them are pointers. counts_BM: bool, which of the keys
        count (None: all)."""
        rotation = rotary_2d(self.width, *grid, device=f16_BNC.device)
        counts_B11M = None if counts_BM is None else counts_BM[:, None, None]
        keys_rotation = None
        if self.perceiver is not None:
            keys_rotation = token_rotation(self.perceiver, self.width, f16_BNC.device)
        x = f16_BNC
        for layer in self.layers:
            x = layer(x, keys_BMC, values_BMC, rotation, pointer_tokens, counts_B11M, keys_rotation)
        out: Tensor = self.norm(x)
        return out
