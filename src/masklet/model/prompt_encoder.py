"""Prompts become tokens (clicks, box corners) and a dense map (an earlier mask), as in SAM.

B objects, P points, C channels, H W height and width of the picture's square, h w of the stride-16 grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import NetworkConfig
from .layers import LayerNorm2d
from .position import FourierPosition

OUTSIDE, ON, TOP_LEFT, BOTTOM_RIGHT, PADDING = 0, 1, 2, 3, -1
MAP_CLICK_SIGMA = 2.0  # cells of stride 4


@dataclass(frozen=True)
class Prompts:
    """B prompts. points_BP2: (x, y) in pixels of the picture's square; labels_BP: OUTSIDE … PADDING;
    mask_logits_BHW: at mask size, or None; has_mask_B: which of them count (None: all). boxed: each begins with a box;
    needed where the network is not `always_closed`, and then all prompts of a batch have a box or none has."""

    points_BP2: Tensor
    labels_BP: Tensor
    mask_logits_BHW: Tensor | None = None
    has_mask_B: Tensor | None = None
    boxed: bool = False


@dataclass(frozen=True)
class EncodedPrompts:
    """tokens_BPC, and dense_BChw that is added to the picture's features."""

    tokens_BPC: Tensor
    dense_BChw: Tensor


def mask_downscaling(inputs: int, hidden: int, outputs: int) -> nn.Module:
    """Stride 4: from mask size to the stride-16 grid."""
    return nn.Sequential(
        nn.Conv2d(inputs, hidden // 4, 2, 2),
        LayerNorm2d(hidden // 4),
        nn.GELU(),
        nn.Conv2d(hidden // 4, hidden, 2, 2),
        LayerNorm2d(hidden),
        nn.GELU(),
        nn.Conv2d(hidden, outputs, 1),
    )


class PromptEncoder(nn.Module):
    """SAM's prompt encoder; the embedded model also gets its prompts as maps (see `PromptConfig`)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        channels = config.channels
        self.picture_size, self.always_closed = config.picture_size, config.prompt.always_closed
        self.position = FourierPosition(channels)
        self.labels = nn.Parameter(torch.randn(4, channels))
        self.padding = nn.Parameter(torch.randn(1, channels))
        self.mask = mask_downscaling(1, config.prompt.mask_channels, channels)
        self.no_mask = nn.Parameter(torch.randn(1, channels))
        self.maps: nn.Module | None = None
        self.under_click: nn.Linear | None = None
        if config.prompt.maps:
            self.maps = mask_downscaling(3, 4 * config.prompt.mask_channels, channels)
            self.under_click = nn.Linear(channels, channels)

    def forward(self, prompts: Prompts, features_BChw: Tensor) -> EncodedPrompts:
        """features_BChw: what the prompts are about, at stride 16; gives sizes, and what lies under each click."""
        points, labels = prompts.points_BP2, prompts.labels_BP
        xy = (points + 0.5) / self.picture_size  # a point names a pixel; its code is of the pixel's centre
        tokens = self._tokens(xy, labels, features_BChw, prompts.boxed)
        dense = self._dense(prompts, features_BChw)
        if self.maps is not None and labels.shape[1]:
            prompted_B111 = (labels != PADDING).any(1)[:, None, None, None]
            size = (4 * features_BChw.shape[-2], 4 * features_BChw.shape[-1])
            dense = dense + self.maps(prompt_maps(xy, labels, size)) * prompted_B111
        return EncodedPrompts(tokens, dense)

    def _tokens(self, xy: Tensor, labels: Tensor, features_BChw: Tensor, boxed: bool) -> Tensor:
        closing_BP = labels.new_full((labels.shape[0], self._ends(labels.shape[1], boxed)), PADDING)
        closing_BP2 = xy.new_zeros(*closing_BP.shape, 2)
        # not every runtime that this is exported to joins what has no length
        labels, xy = (
            (torch.cat([labels, closing_BP], dim=1), torch.cat([xy, closing_BP2], dim=1))
            if labels.shape[1]
            else (closing_BP, closing_BP2)
        )
        real_BP1 = (labels != PADDING)[..., None]
        kind = torch.where(real_BP1, self.labels[labels.clamp(min=0)], self.padding)
        tokens = torch.where(real_BP1, self.position(xy), 0.0) + kind
        if self.under_click is not None:
            grid_BP12 = (2 * xy - 1)[:, :, None]
            seen_BCP1 = F.grid_sample(features_BChw, grid_BP12, align_corners=False, padding_mode="border")
            click_BP1 = ((labels == ON) | (labels == OUTSIDE))[..., None]
            tokens = tokens + self.under_click(seen_BCP1[..., 0].transpose(1, 2)) * click_BP1
        return tokens

    def _ends(self, count: int, boxed: bool) -> int:
        """How many tokens "nothing more" follow `count` clicks and corners."""
        if self.always_closed:
            return 1 if count else 2  # an empty list holds one beside the one that ends it
        return 1 if count and not boxed else 0

    def _dense(self, prompts: Prompts, features_BChw: Tensor) -> Tensor:
        no_mask = self.no_mask[..., None, None].expand(prompts.labels_BP.shape[0], -1, *features_BChw.shape[-2:])
        if prompts.mask_logits_BHW is None:
            return no_mask
        dense: Tensor = self.mask(prompts.mask_logits_BHW[:, None])
        if prompts.has_mask_B is None:
            return dense
        return torch.where(prompts.has_mask_B[:, None, None, None], dense, no_mask)


def prompt_maps(xy_BP2: Tensor, labels_BP: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps of clicks outside, clicks on, and the box's inside: B,3,H,W at the mask's size, values 0…about 3."""
    height, width = size
    y = (torch.arange(height, device=xy_BP2.device, dtype=xy_BP2.dtype) + 0.5) / height
    x = (torch.arange(width, device=xy_BP2.device, dtype=xy_BP2.dtype) + 0.5) / width
    fall = (height / MAP_CLICK_SIGMA) ** 2 / 2
    bell_x = torch.exp(-fall * (xy_BP2[..., :1] - x) ** 2)
    bell_y = torch.exp(-fall * (xy_BP2[..., 1:] - y) ** 2)
    clicks = [
        3 * torch.einsum("bph,bpw->bhw", bell_y * (labels_BP == label)[..., None], bell_x) for label in (OUTSIDE, ON)
    ]

    def corner(label: int) -> Tensor:
        return torch.where((labels_BP == label)[..., None], xy_BP2, 0.0).sum(1)  # at most one of each

    low, high = corner(TOP_LEFT), corner(BOTTOM_RIGHT)
    inside_x = torch.sigmoid((x - low[:, :1]) * width) * torch.sigmoid((high[:, :1] - x) * width)
    inside_y = torch.sigmoid((y - low[:, 1:]) * height) * torch.sigmoid((high[:, 1:] - y) * height)
    boxed_B11 = (labels_BP == TOP_LEFT).any(1)[:, None, None]
    box = inside_y[:, :, None] * inside_x[:, None, :] * boxed_B11
    return torch.stack([*clicks, box], dim=1)
