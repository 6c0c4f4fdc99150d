"""Parts of the network as graphs run them best: the same numbers by fewer operations, in forms that OpenVINO fuses.

Attention over memories:

- Values enter the weighted sum in their own few channels and are projected after it: the weights' sum is 1.
- Queries and keys have their even channels first, then the odd ones, so that rotary positions turn halves, not
  neighbours; a product of both does not depend on the channels' order.
- The scale lies on the queries alone, which are few.

Layer norms over few channels work on planes: OpenVINO would pad the channels to sixteen.

The mask decoder: see `lean_decoder`.

A trunk's learned positions are brought to the picture's size beforehand: otherwise each call does it, or OpenVINO takes
minutes to find that they never change.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from masklet.model.layers import FEW_CHANNELS, LayerNorm2d
from masklet.model.memory_attention import RotaryAttention
from masklet.model.network import Network
from masklet.model.trunk.hiera import PATCH_STRIDE, Hiera
from masklet.model.trunk.plain_vit import PlainVit

from .lean_decoder import make_decoder_lean


def make_lean(network: Network) -> None:
    """Lets the network compute so. In place; its weights and answers stay as they are."""
    side = network.config.picture_size
    for part in network.modules():
        if type(part) is Hiera:
            part.register_buffer("resized", part.positions(*[side // PATCH_STRIDE] * 2).detach(), persistent=False)
            part.__class__ = LeanHiera
        elif type(part) is PlainVit:
            places = part.positions(*[network.config.grid_size] * 2).detach()
            part.register_buffer("resized", places.contiguous(), persistent=False)
            part.__class__ = LeanPlainVit
        if type(part) is RotaryAttention and part.heads == 1 and part.pooling is None:
            part.__class__ = LeanAttention
        elif type(part) is LayerNorm2d:
            few = part.weight.shape[0] <= FEW_CHANNELS
            part.__class__ = LeanLayerNorm2d if few else PlainLayerNorm2d
    make_decoder_lean(network.mask_decoder)


class LeanAttention(RotaryAttention):
    """`RotaryAttention` of one head, without pooling. See the head of this file. B objects, N M places, C channels."""

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
        """See RotaryAttention."""
        narrow = v_BMC.shape[-1] < self.v.out_features
        q = _turned(self.q, q_BNC, *rotation) * self.q.out_features**-0.5
        cos, sin = keys_rotation or rotation
        repeats = (k_BMC.shape[1] - unplaced) // cos.shape[0]
        if unplaced:  # not turned at all
            cos = torch.cat([cos.repeat(repeats, 1), cos.new_ones(unplaced, cos.shape[1])])
            sin = torch.cat([sin.repeat(repeats, 1), sin.new_zeros(unplaced, sin.shape[1])])
        elif repeats != 1:
            cos, sin = cos.repeat(repeats, 1), sin.repeat(repeats, 1)
        k, v = _turned(self.k, k_BMC, cos, sin), v_BMC if narrow else self.v(v_BMC)
        logits_B1NM = q.expand(k.shape[0], -1, -1)[:, None] @ k[:, None].transpose(2, 3)
        if counts_B11M is not None:
            logits_B1NM = logits_B1NM.masked_fill(~counts_B11M, float("-inf"))
        attended = (logits_B1NM.softmax(-1) @ v[:, None])[:, 0]
        out: Tensor = self.out(self.v(attended) if narrow else attended)
        return out


class LeanHiera(Hiera):
    """`Hiera` for pictures of the one size that `resized` is for."""

    resized: Tensor

    def positions(self, height: int, width: int) -> Tensor:
        """See Hiera."""
        return self.resized


class LeanPlainVit(PlainVit):
    """`PlainVit` for pictures of the one size that `resized` is for."""

    resized: Tensor

    def positions(self, height: int, width: int) -> Tensor:
        """See PlainVit."""
        return self.resized


class LeanLayerNorm2d(LayerNorm2d):
    """`LayerNorm2d` over few channels."""

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """See LayerNorm2d."""
        x_BCN = x_BCHW.flatten(2)
        x_BCN = x_BCN - x_BCN.mean(1, keepdim=True)
        x_BCN = x_BCN * torch.rsqrt((x_BCN * x_BCN).mean(1, keepdim=True) + self.eps)
        return (x_BCN * self.weight[:, None] + self.bias[:, None]).unflatten(2, x_BCHW.shape[2:])


class PlainLayerNorm2d(LayerNorm2d):
    """`LayerNorm2d` without turning the axes about."""

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """See LayerNorm2d."""
        x = x_BCHW - x_BCHW.mean(1, keepdim=True)
        x = x * torch.rsqrt((x * x).mean(1, keepdim=True) + self.eps)
        return x * self.weight[:, None, None] + self.bias[:, None, None]


def _turned(layer: nn.Linear, x_BNC: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """The layer's answer, even channels first, turned by the angles."""
    even, odd = (nn.functional.linear(x_BNC, layer.weight[n::2], layer.bias[n::2]) for n in (0, 1))
    return torch.cat([even * cos - odd * sin, even * sin + odd * cos], dim=-1)
