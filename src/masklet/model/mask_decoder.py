"""Tokens and picture look at each other twice, then masks, IoU and presence are read off (SAM, SAM 2).

B objects, N tokens or places, M masks (1 + candidates), C channels, h w of the stride-16 grid, H W of the mask.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import NetworkConfig, PlainNeckConfig
from .layers import MLP, Attention, LayerNorm2d
from .prompt_encoder import EncodedPrompts

PRESENT = 20.0  # the presence of every object, where the decoder says nothing of it


@dataclass(frozen=True)
class DecodedMasks:
    """mask_logits_BMHW: mask 0 for unambiguous prompts, then the candidates. iou_BM: 0…1 (about so where it is not
    `bounded_iou`). presence_B: logits. tokens_BMC: what each mask's token became; object pointers come from it."""

    mask_logits_BMHW: Tensor
    iou_BM: Tensor
    presence_B: Tensor
    tokens_BMC: Tensor


class TwoWayBlock(nn.Module):
    """Tokens attend to themselves and to the picture, then the picture to the tokens."""

    def __init__(self, channels: int, heads: int, mlp: int, first: bool) -> None:
        super().__init__()
        self.first = first
        self.self_attention = Attention(channels, heads)
        self.norm1 = nn.LayerNorm(channels)
        self.to_picture = Attention(channels, heads, channels // 2)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MLP(channels, mlp, channels, 2)
        self.norm3 = nn.LayerNorm(channels)
        self.to_tokens = Attention(channels, heads, channels // 2)
        self.norm4 = nn.LayerNorm(channels)

    def forward(
        self, tokens: Tensor, picture: Tensor, tokens_position: Tensor, position: Tensor
    ) -> tuple[Tensor, Tensor]:
        """tokens_BNC and picture_BNC, each with its position -> both, changed."""
        if self.first:
            tokens = self.self_attention(tokens, tokens, tokens)
        else:
            q = tokens + tokens_position
            tokens = tokens + self.self_attention(q, q, tokens)
        tokens = self.norm1(tokens)
        placed = picture + position
        tokens = self.norm2(tokens + self.to_picture(tokens + tokens_position, placed, picture))
        tokens = self.norm3(tokens + self.mlp(tokens))
        picture = self.norm4(picture + self.to_tokens(placed, tokens + tokens_position, tokens))
        return tokens, picture


class MaskJudge(nn.Module):
    """How good a mask is, judged by the mask and what lies under it (Mask Scoring R-CNN, Huang et al. 2019): a term for
    the logit of its predicted IoU. What it looks at learns nothing from it."""

    FIGURES = 4

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = MLP(2 * channels + channels // 8 + self.FIGURES, channels, 1, 3)
        for parameter in self.layers.layers[-1].parameters():
            nn.init.zeros_(parameter)  # a network that has none yet goes on as it was

    def forward(self, mask_logits_BMHW: Tensor, tokens_BMC: Tensor, picture_BNC: Tensor, up_BCHW: Tensor) -> Tensor:
        """BM. picture: the stride-16 places after the decoder, up: its features at the mask's own stride."""
        logits, tokens, picture, up = (x.detach() for x in (mask_logits_BMHW, tokens_BMC, picture_BNC, up_BCHW))
        cover = logits.sigmoid()
        coarse_BMN = F.avg_pool2d(cover, 4).flatten(2)
        fine_BMN = self.at_places(cover)
        area = fine_BMN.sum(2, keepdim=True) + 1
        under = coarse_BMN @ picture / (area / 16)
        under_fine = fine_BMN @ up.flatten(2).transpose(1, 2) / area
        return self.layers(torch.cat([tokens, under, under_fine, _figures(logits, cover)], dim=2))[..., 0]

    def at_places(self, cover_BMHW: Tensor) -> Tensor:
        """BMN, in the order of the decoder's features at the mask's stride."""
        return cover_BMHW.flatten(2)


def _figures(logits_BMHW: Tensor, cover_BMHW: Tensor) -> Tensor:
    """BM4: log area, certainty inside and outside, and stability: how little the mask depends on where it is cut."""
    inside = (logits_BMHW > 0).to(cover_BMHW.dtype)
    count = inside.mean((2, 3))
    sure = (inside * cover_BMHW).mean((2, 3)) / (count + 1e-4)
    stray = ((1 - inside) * cover_BMHW).mean((2, 3)) / (count + 1e-2)
    strict = (logits_BMHW > 1).to(cover_BMHW.dtype).mean((2, 3))
    loose = (logits_BMHW > -1).to(cover_BMHW.dtype).mean((2, 3))
    return torch.stack([(count + 1e-4).log() / 4, sure, stray, strict / (loose + 1e-4)], dim=2)


class MaskDecoder(nn.Module):
    """SAM's two-way decoder, with or without SAM 2's presence head and high-resolution skips (see `DecoderConfig`)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        c, heads, masks = config.channels, config.decoder.heads, 1 + config.decoder.candidates
        f4, f8 = skip_channels(config)
        self.bounded_iou = config.decoder.bounded_iou
        self.presence_token = nn.Parameter(torch.randn(1, c)) if config.decoder.presence else None
        self.iou_token = nn.Parameter(torch.randn(1, c))
        self.mask_tokens = nn.Parameter(torch.randn(masks, c))
        self.blocks = nn.ModuleList(
            TwoWayBlock(c, heads, config.decoder.mlp, first=n == 0) for n in range(config.decoder.layers)
        )
        self.last_attention = Attention(c, heads, c // 2)
        self.last_norm = nn.LayerNorm(c)
        self.skip8 = nn.Conv2d(f8, c // 4, 1) if f8 else nn.Identity()
        self.skip4 = nn.Conv2d(f4, c // 8, 1) if f4 else nn.Identity()
        self.up8 = nn.ConvTranspose2d(c, c // 4, 2, 2)
        self.up8_norm = LayerNorm2d(c // 4)
        self.up4 = nn.ConvTranspose2d(c // 4, c // 8, 2, 2)
        self.mask_heads = nn.ModuleList(MLP(c, c, c // 8, 3) for _ in range(masks))
        self.iou_head = MLP(c, c, masks, 3)
        self.presence_head = MLP(c, c, 1, 3) if config.decoder.presence else None
        self.judge = MaskJudge(c) if config.decoder.judged else None

    def forward(
        self, f16_BChw: Tensor, f8_B: Tensor, f4_B: Tensor, position_NC: Tensor, prompts: EncodedPrompts
    ) -> DecodedMasks:
        """f8_B, f4_B: skips already through `skip8` and `skip4`; one picture's may be shared by all B prompts. Without
        any channel where the decoder has no skips."""
        count, size = prompts.tokens_BPC.shape[0], f16_BChw.shape[-2:]
        own = torch.cat([self.iou_token, self.mask_tokens])
        if self.presence_token is not None:
            own = torch.cat([self.presence_token, own])
        start = tokens = torch.cat([own.expand(count, -1, -1), prompts.tokens_BPC], dim=1)
        picture, position = self.laid_out(f16_BChw + prompts.dense_BChw, position_NC)
        for block in self.blocks:
            tokens, picture = block(tokens, picture, start, position)
        tokens = self.last_norm(tokens + self.last_attention(tokens + start, picture + position, picture))
        up = self.enlarged(picture, size, f8_B, f4_B)
        presence_B = tokens.new_full((count,), PRESENT)
        if self.presence_head is not None:
            presence_B, tokens = self.presence_head(tokens[:, 0])[:, 0], tokens[:, 1:]
        iou_BM = self.iou_head(tokens[:, 0])
        mask_tokens = tokens[:, 1 : 1 + len(self.mask_heads)]
        weights = torch.stack([head(mask_tokens[:, m]) for m, head in enumerate(self.mask_heads)], dim=1)
        mask_logits = self.read_masks(weights, up, size)
        if self.judge is not None:
            iou_BM = iou_BM + self.judge(mask_logits, mask_tokens, picture, up)
        return DecodedMasks(
            mask_logits_BMHW=mask_logits,
            iou_BM=iou_BM.sigmoid() if self.bounded_iou else iou_BM,
            presence_B=presence_B,
            tokens_BMC=mask_tokens,
        )

    def laid_out(self, picture_BChw: Tensor, position_NC: Tensor) -> tuple[Tensor, Tensor]:
        """The picture's places as the blocks take them, BNC, and their positions."""
        return picture_BChw.flatten(2).transpose(1, 2), position_NC

    def enlarged(self, picture: Tensor, size: torch.Size, f8_B: Tensor, f4_B: Tensor) -> Tensor:
        """The places, laid out, and the skips -> features at the masks' stride, BCHW. size: (h, w)."""
        up = picture.transpose(1, 2).unflatten(2, size)
        up = F.gelu(self.up8_norm(_joined(self.up8(up), f8_B)))
        return F.gelu(_joined(self.up4(up), f4_B))

    def read_masks(self, weights_BMC: Tensor, up: Tensor, size: torch.Size) -> Tensor:
        """Each mask's weights at every place of what `enlarged` gave, BMHW, in the order that the places lie in."""
        if up.is_contiguous(memory_format=torch.channels_last):
            at_places_BNM = up.permute(0, 2, 3, 1).flatten(1, 2) @ weights_BMC.transpose(1, 2)
            return at_places_BNM.transpose(1, 2).unflatten(2, up.shape[-2:])
        return (weights_BMC @ up.flatten(2)).unflatten(2, up.shape[-2:])


def skip_channels(config: NetworkConfig) -> tuple[int, int]:
    """Channels that the decoder's skips take at strides 4 and 8; 0 where it has none."""
    if isinstance(config.neck, PlainNeckConfig):
        return 0, 0
    f4, f8, _ = config.neck.widths or (config.channels,) * 3
    return f4, f8


def _joined(up_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
    return up_BCHW + skip_BCHW if skip_BCHW.shape[1] else up_BCHW
