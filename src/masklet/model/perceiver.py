"""EdgeTAM's spatial perceiver: a memory map becomes a few tokens, which later frames recall more cheaply.

Some tokens look at the whole map and have no place; the others lie on a coarse grid, and each looks at its window of
the map (Zhou et al. 2025, section 3.2, after Jaegle et al. 2021). B objects (or windows), N M tokens, C channels,
H W height and width of the map.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import PerceiverConfig
from .position import rotary_2d, sine_2d
from .trunk.hiera import into_windows


class LatentAttention(nn.Module):
    """Attention with one head and without biases. Where keys have positions, their values have them too."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.q = nn.Linear(channels, channels, bias=False)
        self.kv = nn.Linear(channels, 2 * channels, bias=False)
        self.out = nn.Linear(channels, channels, bias=False)

    def forward(self, q_BNC: Tensor, x_BMC: Tensor, position_MC: Tensor | None = None) -> Tensor:
        """q's shape."""
        k, v = self.kv(x_BMC).chunk(2, dim=-1)
        if position_MC is not None:
            k, v = k + position_MC, v + position_MC
        # with an axis of one head: attention is slow on three axes
        attended = F.scaled_dot_product_attention(self.q(q_BNC)[:, None], k[:, None], v[:, None])
        out: Tensor = self.out(attended[:, 0])
        return out


def latent_mlp(channels: int, hidden: int) -> nn.Module:
    """x_BNC -> the same shape, without the residual."""
    return nn.Sequential(
        nn.LayerNorm(channels),
        nn.Linear(channels, hidden, bias=False),
        nn.GELU(),
        nn.Linear(hidden, channels, bias=False),
    )


class PerceiverLayer(nn.Module):
    """Tokens look at the map, think it over, look at each other, and think again; all residual, norms first."""

    def __init__(self, channels: int, mlp: int) -> None:
        super().__init__()
        self.tokens_norm, self.map_norm = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.cross_attention = LatentAttention(channels)
        self.mlp = latent_mlp(channels, mlp)
        self.self_norm = nn.LayerNorm(channels)
        self.self_attention = LatentAttention(channels)
        self.self_mlp = latent_mlp(channels, mlp)

    def forward(self, tokens_BNC: Tensor, map_BMC: Tensor, position_MC: Tensor | None = None) -> Tensor:
        """tokens_BNC -> the same shape."""
        x = tokens_BNC
        x = x + self.cross_attention(self.tokens_norm(x), self.map_norm(map_BMC), position_MC)
        x = x + self.mlp(x)
        y = self.self_norm(x)
        x = x + self.self_attention(y, y)
        out: Tensor = x + self.self_mlp(x)
        return out


class Perceiver(nn.Module):
    """map_BCHW of the memory encoder -> tokens_BNC: first those without a place, then the grid's, row by row."""

    def __init__(self, config: PerceiverConfig, channels: int) -> None:
        super().__init__()
        self.side = config.side
        self.latents = nn.Parameter(torch.randn(config.latents, channels))
        self.grid_latents = nn.Parameter(torch.randn(config.side**2, channels))
        self.layers = nn.ModuleList(PerceiverLayer(channels, config.mlp) for _ in range(config.layers))
        self.norm = nn.LayerNorm(channels)

    def forward(self, map_BCHW: Tensor) -> Tensor:
        """H and W: the same multiple of the grid's side."""
        count, channels, height, width = map_BCHW.shape
        position_MC = sine_2d(channels, height, width, device=map_BCHW.device).flatten(1).T
        map_BHWC = map_BCHW.permute(0, 2, 3, 1)
        latents = self.latents.expand(count, -1, -1)
        windows = into_windows(map_BHWC, height // self.side).flatten(1, 2)
        in_windows = self.grid_latents.expand(count, -1, -1).flatten(0, 1)[:, None]
        for layer in self.layers:
            latents = layer(latents, map_BHWC.flatten(1, 2), position_MC)
            in_windows = layer(in_windows, windows)
        grid = in_windows[:, 0].unflatten(0, (count, -1))
        out: Tensor = self.norm(torch.cat([latents, grid], dim=1))
        return out


def token_places(config: PerceiverConfig, channels: int, device: torch.device) -> Tensor:
    """NC: sine codes of a perceiver's tokens, zero for those without a place."""
    grid = sine_2d(channels, config.side, config.side, device=device).flatten(1).T
    return torch.cat([grid.new_zeros(config.latents, channels), grid])


def token_rotation(config: PerceiverConfig, channels: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine (N, C/2) of the rotary positions of a perceiver's tokens, on the grid's own scale; those without
    a place stay as they are."""
    cos, sin = rotary_2d(channels, config.side, config.side, device=device)
    still = cos.new_ones(config.latents, cos.shape[1])
    return torch.cat([still, cos]), torch.cat([torch.zeros_like(still), sin])
