"""Small layers that several parts share. B batch, N tokens, C channels, H W height and width."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEW_CHANNELS = 16
FEW_KEYS = 32


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the channels of x_BCHW."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape, normalised at each place."""
        if self.weight.shape[0] <= FEW_CHANNELS and _trains_on_cpu(x_BCHW):
            # over few channels the fused call's backward pass takes several times as long as plain arithmetic
            x = x_BCHW.float()
            x = x - x.mean(1, keepdim=True)
            x = x * torch.rsqrt((x * x).mean(1, keepdim=True) + self.eps)
            return x * self.weight[:, None, None] + self.bias[:, None, None]
        return super().forward(x_BCHW.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def attend(q_BhNC: Tensor, k_BhMC: Tensor, v_BhMC: Tensor, counts: Tensor | None = None) -> Tensor:
    """Softmax attention, BhNC. counts: broadcast to BhNM; bool, which keys count (None: all), or floats that are added
    to their products with the queries."""
    if not _trains_on_cpu(q_BhNC):
        return F.scaled_dot_product_attention(q_BhNC, k_BhMC, v_BhMC, counts)
    # the fused call's backward pass takes twice to six times as long as plain products in bfloat16
    q_BhNC = q_BhNC * q_BhNC.shape[-1] ** -0.5
    if counts is None and k_BhMC.shape[2] <= FEW_KEYS:
        # a softmax along the few keys is slow where they lie beside each other
        weights_BhMN = (k_BhMC @ q_BhNC.transpose(-2, -1)).softmax(-2)
        return weights_BhMN.transpose(-2, -1) @ v_BhMC
    logits = q_BhNC @ k_BhMC.transpose(-2, -1)
    if counts is not None:
        logits = logits.masked_fill(~counts, float("-inf")) if counts.dtype == torch.bool else logits + counts
    return logits.softmax(-1) @ v_BhMC


class DepthwiseConv(torch.autograd.Function):
    """A convolution of each channel by itself whose backward pass is in float32: in bfloat16 the CPU's takes three to
    six times as long."""

    @staticmethod
    def forward(ctx: Any, x_BCHW: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
        """F.conv2d with as many groups as channels, in x's precision."""
        ctx.save_for_backward(x_BCHW, weight)
        ctx.stride, ctx.padding = stride, padding
        kind = x_BCHW.dtype
        return F.conv2d(x_BCHW, weight.to(kind), bias.to(kind), stride, padding, 1, x_BCHW.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None, None]:
        """Gradients of x, weight and bias."""
        x, weight = ctx.saved_tensors
        grad_x, grad_weight, grad_bias = torch.ops.aten.convolution_backward(
            gradients[0].float(),
            x.float(),
            weight.float(),
            [weight.shape[0]],
            [ctx.stride] * 2,
            [ctx.padding] * 2,
            [1, 1],
            False,
            [0, 0],
            x.shape[1],
            ctx.needs_input_grad[:3],
        )
        return None if grad_x is None else grad_x.to(x.dtype), grad_weight, grad_bias, None, None


def _trains_on_cpu(x: Tensor) -> bool:
    return x.device.type == "cpu" and torch.is_grad_enabled()


class MLP(nn.Module):
    """`layers` linear layers with ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int, layers: int) -> None:
        super().__init__()
        sizes = [inputs] + [hidden] * (layers - 1) + [outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) -> (..., outputs)."""
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        out: Tensor = self.layers[-1](x)
        return out


class Attention(nn.Module):
    """Multi-head attention whose inner width may be smaller than its outer (SAM's decoder halves it)."""

    def __init__(self, channels: int, heads: int, inner: int | None = None) -> None:
        super().__init__()
        inner = inner or channels
        self.heads = heads
        self.q = nn.Linear(channels, inner)
        self.k = nn.Linear(channels, inner)
        self.v = nn.Linear(channels, inner)
        self.out = nn.Linear(inner, channels)

    def forward(self, q_BNC: Tensor, k_BNC: Tensor, v_BNC: Tensor) -> Tensor:
        """As many tokens as queries; keys and values may be more or fewer."""
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, x in ((self.q, q_BNC), (self.k, k_BNC), (self.v, v_BNC))
        )
        attended = attend(q, k, v)
        out: Tensor = self.out(attended.transpose(1, 2).flatten(2))
        return out
