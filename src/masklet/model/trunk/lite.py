"""The embedded model's trunk: EfficientNet-Lite with its batch norms folded into a scale and a bias.

B batch, C channels, H W height and width.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import LiteConfig
from ..layers import DepthwiseConv


class ScaledConv(nn.Module):
    """Convolution, per-channel scale, bias, and ReLU6.

    The scale stays a parameter of its own, so that trained weights keep the magnitude of their ImageNet start
    and the optimiser's steps suit every channel; `fold` merges it for inference.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, act: bool = True):
        super().__init__()
        self.stride, self.padding, self.groups, self.act = stride, kernel // 2, groups, act
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.scale: nn.Parameter | None = nn.Parameter(torch.ones(outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.kaiming_normal_(self.weight, mode="fan_out")

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """Padded so that the size is divided by the stride."""
        weight = self.weight if self.scale is None else self.weight * self.scale[:, None, None, None]
        if self.groups > 1 and x_BCHW.dtype == torch.bfloat16 and torch.is_grad_enabled():
            x_BCHW = DepthwiseConv.apply(x_BCHW, weight, self.bias, self.stride, self.padding)
        else:
            x_BCHW = F.conv2d(x_BCHW, weight, self.bias, self.stride, self.padding, 1, self.groups)
        return F.relu6(x_BCHW, inplace=True) if self.act else x_BCHW

    def fold(self) -> None:
        """Merges the scale into the weights; the output stays the same."""
        if self.scale is not None:
            with torch.no_grad():
                self.weight.mul_(self.scale[:, None, None, None])
            self.scale = None


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project (Sandler et al. 2018)."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = ScaledConv(inputs, inner) if expansion > 1 else None
        self.filter = ScaledConv(inner, inner, kernel, stride, groups=inner)
        self.project = ScaledConv(inner, outputs, act=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """With the residual where the shape stays."""
        y = x_BCHW if self.expand is None else self.expand(x_BCHW)
        y = self.project(self.filter(y))
        return x_BCHW + y if self.residual else y


class Lite(nn.Module):
    """pictures_B3HW, normalised -> features at strides 4, 8, 16, 32."""

    def __init__(self, config: LiteConfig) -> None:
        super().__init__()
        self.stem = ScaledConv(3, config.stem, 3, 2)
        blocks: list[nn.Module] = []
        last_at_stride: dict[int, int] = {}
        inputs, stride = config.stem, 2
        for expansion, kernel, step, channels, count in config.stages:
            stride *= step
            for n in range(count):
                blocks.append(InvertedResidual(inputs, channels, expansion, kernel, step if n == 0 else 1))
                inputs = channels
            last_at_stride[stride] = len(blocks) - 1
        self.blocks = nn.ModuleList(blocks)
        self.taps = {last_at_stride[s] for s in (4, 8, 16, 32)}

    def forward(self, pictures_B3HW: Tensor) -> list[Tensor]:
        """What the last block at each stride gives, BCHW."""
        x, features = self.stem(pictures_B3HW), []
        for n, block in enumerate(self.blocks):
            x = block(x)
            if n in self.taps:
                features.append(x)
        return features
