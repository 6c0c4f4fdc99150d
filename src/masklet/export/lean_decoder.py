"""The mask decoder as graphs run it best: the same numbers, by fewer operations and without turning the picture about.

- Tokens are few, places many. What tokens ask and places answer is brought from the heads' channels to the picture's on
  the tokens' side, before and after the attention: no query, key or value of a place is ever made.
- The picture's places stay channels first, so that no product has to turn them.
- What is enlarged stays in phases: the places of each of the 2x2 (then 4x4) parts of a cell beside each other. So
  transposed convolutions are plain products, and only the masks are put in order at the end.

B objects, N tokens, P places of the picture, M masks, C channels, d channels of one of h heads, H W of the mask.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from masklet.model.layers import Attention
from masklet.model.mask_decoder import MaskDecoder, MaskJudge, TwoWayBlock


def make_decoder_lean(decoder: MaskDecoder) -> None:
    """Lets the decoder compute so. In place; its weights and answers stay as they are."""
    decoder.__class__ = LeanMaskDecoder
    decoder.last_attention.__class__ = TokensAsk
    norms: list[nn.LayerNorm] = [decoder.up8_norm]
    if decoder.judge is not None:
        decoder.judge.__class__ = LeanMaskJudge
    for block in decoder.blocks:
        assert isinstance(block, TwoWayBlock)
        block.to_picture.__class__ = TokensAsk
        block.to_tokens.__class__ = PlacesAsk
        norms.append(block.norm4)
    for norm in norms:
        norm.__class__ = PlaceNorm


class TokensAsk(Attention):
    """`Attention` of tokens to the picture's places."""

    def forward(self, q_BNC: Tensor, k_BCP: Tensor, v_BCP: Tensor) -> Tensor:
        """BNC."""
        q_BhNd = self._to_heads(self.q(q_BNC)) * self.head_width**-0.5
        # the keys' bias adds the same to all places, which a softmax does not see
        asked_B_hN_C = (q_BhNd @ self._by_head(self.k)).flatten(1, 2)
        weights = (asked_B_hN_C @ k_BCP).softmax(-1)
        got_BhNC = (weights @ v_BCP.transpose(1, 2)).unflatten(1, (self.heads, -1))
        bias_h1d = self.v.bias.unflatten(0, (self.heads, 1, -1))
        got_BhNd = got_BhNC @ self._by_head(self.v).transpose(1, 2) + bias_h1d
        out: Tensor = self.out(got_BhNd.transpose(1, 2).flatten(2))
        return out

    @property
    def head_width(self) -> int:
        """d."""
        return self.q.out_features // self.heads

    def _to_heads(self, x_BNC: Tensor) -> Tensor:
        return x_BNC.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _by_head(self, layer: nn.Linear) -> Tensor:
        """hdC: the layer's weights, for each head."""
        return layer.weight.unflatten(0, (self.heads, -1))


class PlacesAsk(TokensAsk):
    """`Attention` of the picture's places to tokens."""

    def forward(self, q_BCP: Tensor, k_BNC: Tensor, v_BNC: Tensor) -> Tensor:
        """BCP."""
        k_BhNd = self._to_heads(self.k(k_BNC)) * self.head_width**-0.5
        asked_B_hN_C = (k_BhNd @ self._by_head(self.q)).flatten(1, 2)
        bias_B_hN_1 = (k_BhNd @ self.q.bias.unflatten(0, (self.heads, -1, 1))).flatten(1, 2)
        logits_BhNP = (asked_B_hN_C @ q_BCP + bias_B_hN_1).unflatten(1, (self.heads, -1))
        weights = logits_BhNP.softmax(2).flatten(1, 2)
        out_hdC = self.out.weight.unflatten(1, (self.heads, -1)).permute(1, 2, 0)
        given_B_hN_C = (self._to_heads(self.v(v_BNC)) @ out_hdC).flatten(1, 2)
        return given_B_hN_C.transpose(1, 2) @ weights + self.out.bias[:, None]


class PlaceNorm(nn.LayerNorm):
    """Layer norm over the channels of x_BCP."""

    def forward(self, x_BCP: Tensor) -> Tensor:
        """The same shape."""
        x = x_BCP - x_BCP.mean(1, keepdim=True)
        x = x * torch.rsqrt((x * x).mean(1, keepdim=True) + self.eps)
        return x * self.weight[:, None] + self.bias[:, None]


class LeanMaskJudge(MaskJudge):
    """`MaskJudge` of a picture that lies channels first, and features in phases."""

    def forward(self, mask_logits_BMHW: Tensor, tokens_BMC: Tensor, picture: Tensor, up_BCHW: Tensor) -> Tensor:
        """BM. picture: BCP, up: BC(16P)."""
        return super().forward(mask_logits_BMHW, tokens_BMC, picture.transpose(1, 2), up_BCHW)

    def at_places(self, cover_BMHW: Tensor) -> Tensor:
        """See MaskJudge."""
        return _in_phases(cover_BMHW, 2)


class LeanMaskDecoder(MaskDecoder):
    """`MaskDecoder`. See the head of this file."""

    def laid_out(self, picture_BChw: Tensor, position_NC: Tensor) -> tuple[Tensor, Tensor]:
        """BCP and CP."""
        return picture_BChw.flatten(2), position_NC.transpose(0, 1)

    def enlarged(self, picture: Tensor, size: torch.Size, f8_B: Tensor, f4_B: Tensor) -> Tensor:
        """BC(16P): 4x4 parts of a cell, each with all places."""
        up = _enlarged(self.up8, picture, _in_phases(f8_B, 1) if f8_B.shape[1] else None)
        up = F.gelu(self.up8_norm(up))
        return F.gelu(_enlarged(self.up4, up, _in_phases(f4_B, 2) if f4_B.shape[1] else None))

    def read_masks(self, weights_BMC: Tensor, up: Tensor, size: torch.Size) -> Tensor:
        """BMHW."""
        masks = (weights_BMC @ up).reshape(-1, 4, *size)  # the outer 2x2 parts; inner ones are among the first axis
        masks = F.pixel_shuffle(masks, 2).reshape(-1, 4, 2 * size[0], 2 * size[1])
        return F.pixel_shuffle(masks, 2).reshape(-1, weights_BMC.shape[1], 4 * size[0], 4 * size[1])


def _enlarged(layer: nn.ConvTranspose2d, x_BCP: Tensor, skip_BCP4: Tensor | None) -> Tensor:
    """A transposed convolution of 2x2 by 2, in phases: BC(4P). skip: of that shape, added."""
    inputs, outputs = layer.in_channels, layer.out_channels
    weights = layer.weight.permute(1, 2, 3, 0).reshape(4 * outputs, inputs)
    assert layer.bias is not None
    bias = layer.bias[:, None]
    up_BC_4P = (weights @ x_BCP).unflatten(1, (outputs, 4)).flatten(2)
    return up_BC_4P + (bias if skip_BCP4 is None else skip_BCP4 + bias)


def _in_phases(x_BCHW: Tensor, times: int) -> Tensor:
    """BCN: a cell's 2x2 parts (times 1) or 4x4 (2), each with all places, as `_enlarged` lays them."""
    count, channels = x_BCHW.shape[:2]
    x = F.pixel_unshuffle(x_BCHW, 2)
    if times == 2:
        x = F.pixel_unshuffle(x.flatten(0, 1)[:, None], 2)
    return x.reshape(count, channels, -1)
