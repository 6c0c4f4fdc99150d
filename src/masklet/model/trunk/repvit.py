"""EdgeTAM's trunk: RepViT (Wang et al. 2024), convolutions that are built like a vision transformer.

Each block first mixes places, channel by channel, then channels, place by place. B batch, C channels, H W height and
width.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ..config import RepVitConfig
from .tiny_vit import NormedConv

EXPANSION = 2
GATE_SHARE, GATE_MULTIPLE = 4, 8  # a gate is decided in a quarter of the channels, rounded to a multiple of eight


class Mixer(nn.Module):
    """Mixes the places of each channel: a 3x3 filter, a scale, and the input itself, added up."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.filter = NormedConv(channels, channels, 3, groups=channels)
        self.scale = NormedConv(channels, channels, groups=channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        out: Tensor = self.filter(x_BCHW) + self.scale(x_BCHW) + x_BCHW
        return out


class Gate(nn.Module):
    """Each channel is weakened as the whole picture says (squeeze and excitation, Hu et al. 2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(GATE_MULTIPLE, round_half_up(channels / GATE_SHARE / GATE_MULTIPLE) * GATE_MULTIPLE)
        self.squeeze = nn.Conv2d(channels, inner, 1)
        self.excite = nn.Conv2d(inner, channels, 1)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        mean_BC11 = x_BCHW.mean((2, 3), keepdim=True)
        out: Tensor = x_BCHW * self.excite(F.relu(self.squeeze(mean_BC11))).sigmoid()
        return out


def round_half_up(value: float) -> int:
    """The nearest whole number, the upper of two that are equally near."""
    return int(value + 0.5)


class ChannelMlp(nn.Module):
    """Mixes the channels of each place, with a residual."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.expand = NormedConv(channels, EXPANSION * channels)
        self.project = NormedConv(EXPANSION * channels, channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        out: Tensor = x_BCHW + self.project(F.gelu(self.expand(x_BCHW)))
        return out


class RepVitBlock(nn.Module):
    """Places, a gate perhaps, channels."""

    def __init__(self, channels: int, gated: bool) -> None:
        super().__init__()
        self.mixer = Mixer(channels)
        self.gate = Gate(channels) if gated else nn.Identity()
        self.mlp = ChannelMlp(channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape."""
        out: Tensor = self.mlp(self.gate(self.mixer(x_BCHW)))
        return out


class Downsample(nn.Module):
    """Opens a stage: half the size, more channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block = RepVitBlock(inputs, gated=False)
        self.filter = NormedConv(inputs, inputs, 3, 2, groups=inputs)
        self.widen = NormedConv(inputs, outputs)
        self.mlp = ChannelMlp(outputs)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Half the size."""
        out: Tensor = self.mlp(self.widen(self.filter(self.block(x_BCHW))))
        return out


class RepVit(nn.Module):
    """pictures_B3HW, normalised -> features at strides 4, 8, 16, 32. H and W: multiples of 32."""

    def __init__(self, config: RepVitConfig) -> None:
        super().__init__()
        c = config.channels
        self.stem1 = NormedConv(3, c[0] // 2, 3, 2)
        self.stem2 = NormedConv(c[0] // 2, c[0], 3, 2)
        self.downsamples = nn.ModuleList(Downsample(c[n], c[n + 1]) for n in range(3))
        self.stages = nn.ModuleList(
            nn.Sequential(*(RepVitBlock(c[n], gated=k % 2 == 0) for k in range(config.blocks[n]))) for n in range(4)
        )

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """What each stage gives, BCHW."""
        x = self.stages[0](self.stem2(F.gelu(self.stem1(pictures_B3HW))))
        features = [x]
        for downsample, stage in zip(self.downsamples, self.stages[1:], strict=True):
            x = stage(downsample(x))
            features.append(x)
        return features
