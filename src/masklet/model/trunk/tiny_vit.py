"""MobileSAM's trunk: TinyViT (Wu et al. 2022), convolutions first, then window attention.

B batch (of pictures or windows), H W height and width, N places of a window, C channels, h heads.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import TinyVitConfig
from .hiera import into_windows, out_of_windows

EXPANSION = 4


class NormedConv(nn.Module):
    """Convolution without bias, then batch norm; padded so that the size is divided by the stride."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Normalised."""
        out: Tensor = self.norm(self.conv(x_BCHW))
        return out


class ConvBlock(nn.Module):
    """Expand, filter each channel, project, all with GELU (Sandler et al. 2018); the residual comes before the last."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels * EXPANSION
        self.expand = NormedConv(channels, inner)
        self.filter = NormedConv(inner, inner, 3, groups=inner)
        self.project = NormedConv(inner, channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        y = F.gelu(self.filter(F.gelu(self.expand(x_BCHW))))
        return F.gelu(x_BCHW + self.project(y))


class Merge(nn.Module):
    """Opens a stage: x_BCHW -> more channels, the size divided by the stride."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.expand = NormedConv(inputs, outputs)
        self.filter = NormedConv(outputs, outputs, 3, stride, groups=outputs)
        self.project = NormedConv(outputs, outputs)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Merged."""
        out: Tensor = self.project(F.gelu(self.filter(F.gelu(self.expand(x_BCHW)))))
        return out


class BiasedAttention(nn.Module):
    """Multi-head attention within windows; how far apart two places are, in rows and columns, has a learned bias."""

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.biases = nn.Parameter(torch.zeros(heads, window * window))  # row distance * window + column distance
        nn.init.trunc_normal_(self.biases, std=0.02)

    def forward(self, x_BNC: Tensor) -> Tensor:
        """The same shape, without the residual."""
        # in the published layout each head's q, k and v lie together
        qkv = self.qkv(self.norm(x_BNC)).unflatten(2, (self.heads, 3, -1))
        q, k, v = qkv.permute(3, 0, 2, 1, 4).unbind(0)
        bias_hNN = self.biases[:, distances(self.window, x_BNC.device)]
        attended_BhNC = F.scaled_dot_product_attention(q, k, v, attn_mask=bias_hNN)
        out: Tensor = self.out(attended_BhNC.transpose(1, 2).flatten(2))
        return out


@lru_cache(maxsize=8)
@torch.inference_mode(False)  # what is cached outlives the call, and training may need it too
def distances(window: int, device: torch.device) -> Tensor:
    """NN: rows apart * window + columns apart, of the places of a window, row by row."""
    n = torch.arange(window * window)
    row, column = n // window, n % window
    apart = (row[:, None] - row).abs() * window + (column[:, None] - column).abs()
    return apart.to(device)


class AttentionBlock(nn.Module):
    """Window attention, a convolution of its own for each channel, MLP."""

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.attention = BiasedAttention(channels, heads, window)
        self.local = NormedConv(channels, channels, 3, groups=channels)
        self.mlp = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, EXPANSION * channels),
            nn.GELU(),
            nn.Linear(EXPANSION * channels, channels),
        )

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        x_BHWC = x_BCHW.permute(0, 2, 3, 1)
        windows = into_windows(x_BHWC, self.window)  # what fills up is normalised with the rest, and not left at zero
        attended = self.attention(windows.flatten(1, 2)).unflatten(1, windows.shape[1:3])
        x_BHWC = x_BHWC + out_of_windows(attended, x_BHWC.shape)
        x_BHWC = self.local(x_BHWC.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return (x_BHWC + self.mlp(x_BHWC)).permute(0, 3, 1, 2)


class TinyVit(nn.Module):
    """pictures_B3HW, normalised -> features at stride 16, alone in a list. H and W: multiples of 16."""

    def __init__(self, config: TinyVitConfig) -> None:
        super().__init__()
        c = config.channels
        self.stem1 = NormedConv(3, c[0] // 2, 3, 2)
        self.stem2 = NormedConv(c[0] // 2, c[0], 3, 2)
        stages = [nn.Sequential(*(ConvBlock(c[0]) for _ in range(config.blocks[0])))]
        for n in (1, 2, 3):
            one = c[n], config.heads[n], config.windows[n]
            stages.append(nn.Sequential(*(AttentionBlock(*one) for _ in range(config.blocks[n]))))
        self.stages = nn.ModuleList(stages)
        # TinyViT halves the size three times; for SAM the last stage stays at stride 16
        self.merges = nn.ModuleList(Merge(c[n], c[n + 1], stride) for n, stride in enumerate((2, 2, 1)))
        self.classifier = nn.Sequential(nn.LayerNorm(c[3]), nn.Linear(c[3], config.classes))

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """The last stage's output, BCHW."""
        x = self.stages[0](self.stem2(F.gelu(self.stem1(pictures_B3HW))))
        for merge, stage in zip(self.merges, self.stages[1:], strict=True):
            x = stage(merge(x))
        return [x]
