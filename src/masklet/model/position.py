"""Where things are: sine codes, random Fourier codes, and 2-D rotary positions.

B batch, N tokens, P points, C channels, H W height and width.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn

TEMPERATURE = 10000.0


@lru_cache(maxsize=8)
@torch.inference_mode(False)  # what is cached outlives the call, and training may need it too
def sine_2d(channels: int, height: int, width: int, device: torch.device) -> Tensor:
    """Sine code of a grid, CHW: half the channels say y, half x, normalised to 2 pi (Carion et al. 2020)."""
    half = channels // 2
    eps = 1e-6
    y = (torch.arange(1, height + 1) / (height + eps) * 2 * math.pi)[:, None].expand(height, width)
    x = (torch.arange(1, width + 1) / (width + eps) * 2 * math.pi)[None, :].expand(height, width)
    i = torch.arange(half, dtype=torch.float32)
    rate = TEMPERATURE ** (2 * torch.div(i, 2, rounding_mode="floor") / half)

    def code(v_HW: Tensor) -> Tensor:
        angle = v_HW[..., None] / rate
        return torch.stack([angle[..., 0::2].sin(), angle[..., 1::2].cos()], dim=-1).flatten(-2)

    return torch.cat([code(y), code(x)], dim=-1).permute(2, 0, 1).contiguous().to(device)


def sine_1d(position_N: Tensor, channels: int) -> Tensor:
    """Sine code of scalars, NC: first all sines, then all cosines."""
    half = channels // 2
    i = torch.arange(half, dtype=torch.float32, device=position_N.device)
    rate = TEMPERATURE ** (2 * torch.div(i, 2, rounding_mode="floor") / half)
    angle = position_N[:, None] / rate
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class FourierPosition(nn.Module):
    """Random Fourier code of places in the unit square (Tancik et al. 2020), as in SAM."""

    frequencies: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.randn(2, channels // 2))

    def forward(self, xy: Tensor) -> Tensor:
        """xy: (..., 2) in 0…1 -> (..., C)."""
        angle = 2 * math.pi * ((2 * xy - 1) @ self.frequencies)
        return torch.cat([angle.sin(), angle.cos()], dim=-1)

    def grid(self, height: int, width: int) -> Tensor:
        """Code of each cell's centre, CHW."""
        device = self.frequencies.device
        y = (torch.arange(height, device=device, dtype=torch.float32) + 0.5) / height
        x = (torch.arange(width, device=device, dtype=torch.float32) + 0.5) / width
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        code: Tensor = self(torch.stack([grid_x, grid_y], dim=-1))
        return code.permute(2, 0, 1)


@lru_cache(maxsize=8)
@torch.inference_mode(False)  # what is cached outlives the call, and training may need it too
def rotary_2d(channels: int, height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine (N, C/2) of axial 2-D rotary positions (Heo et al. 2024): first x's angles, then y's."""
    # as published code works them out: another way to the same rates turns last bits, which masks show a hundredfold
    rate = 1 / TEMPERATURE ** (torch.arange(0, channels, 4)[: channels // 4].float() / channels)
    n = torch.arange(height * width, dtype=torch.float32)
    x, y = n % width, torch.div(n, width, rounding_mode="floor")
    angle = torch.cat([x[:, None] * rate, y[:, None] * rate], dim=-1)
    return angle.cos().to(device), angle.sin().to(device)


def rotate(x_BHNC: Tensor, cos_NC: Tensor, sin_NC: Tensor) -> Tensor:
    """Turns neighbouring channel pairs of x (B, heads, N, C) by the angles given at C/2."""
    even, odd = x_BHNC[..., 0::2], x_BHNC[..., 1::2]
    return torch.stack([even * cos_NC - odd * sin_NC, even * sin_NC + odd * cos_NC], dim=-1).flatten(-2)
