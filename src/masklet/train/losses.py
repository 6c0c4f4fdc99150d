"""SAM 2's losses and masking rules (Ravi et al. 2024, appendix D.2).

N prompts, M masks, H W the mask's size. Truths may be soft (averaged over a coarser pixel).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from masklet.model.network import Decoded

from .config import LossConfig


def focal_loss(logits_NMHW: Tensor, truth_N1HW: Tensor, alpha: float, gamma: float) -> Tensor:
    """Lin et al. 2017, mean over pixels: NM."""
    surprise = F.softplus(logits_NMHW) - logits_NMHW * truth_N1HW
    error = (logits_NMHW.sigmoid() - truth_N1HW).abs()
    weight = alpha * truth_N1HW + (1 - alpha) * (1 - truth_N1HW)
    return (surprise * error**gamma * weight).mean((2, 3))


def dice_loss(logits_NMHW: Tensor, truth_N1HW: Tensor) -> Tensor:
    """1 - Dice with one pixel of smoothing: NM."""
    p = logits_NMHW.sigmoid()
    return 1 - (2 * (p * truth_N1HW).sum((2, 3)) + 1) / (p.sum((2, 3)) + truth_N1HW.sum((2, 3)) + 1)


@torch.no_grad()
def intersection_over_union(logits_NMHW: Tensor, truth_N1HW: Tensor) -> Tensor:
    """IoU of the masks cut at 0 with the truth cut at one half: NM; two empty masks agree."""
    a, b = logits_NMHW > 0, truth_N1HW > 0.5
    union = (a | b).sum((2, 3))
    return torch.where(union > 0, (a & b).sum((2, 3)) / union.clamp(min=1), 1.0)


@dataclass(frozen=True)
class AnswerLoss:
    """total: a scalar to minimise. iou: mean IoU over the prompts with an object, of the mask the network prefers."""

    total: Tensor
    mask: float
    iou_error: float
    presence: float
    iou: float


def answer_loss(answer: Decoded, truth_NHW: Tensor, ambiguous: bool, config: LossConfig) -> AnswerLoss:
    """One decoding against the truth.

    ambiguous: the candidates were asked for; only the best of them gets the mask loss, all get the IoU loss.
    Where the object is absent there is no mask and no IoU loss.
    """
    # in float32 whatever the network's products are in: small differences of logits make the loss
    logits, predicted_NM = answer.mask_logits_BMHW.float(), answer.iou_BM.float()
    truth = truth_NHW[:, None]
    present_N = (truth_NHW > 0.5).flatten(1).any(1)
    weight_N = present_N.float()
    mask_NM = config.focal * focal_loss(logits, truth, config.alpha, config.gamma)
    mask_NM = mask_NM + config.dice * dice_loss(logits, truth)
    iou_NM = intersection_over_union(logits, truth)
    iou_error_NM = (predicted_NM - iou_NM).abs()
    if ambiguous:
        candidates = mask_NM[:, 1:]
        mask_N = candidates.min(1).values
        mask_N = mask_N + config.all_candidates * candidates.mean(1) + config.single_mask * mask_NM[:, 0]
        chosen = 1 + predicted_NM[:, 1:].argmax(1)
        iou_error_N = iou_error_NM.mean(1)
    else:
        mask_N, iou_error_N = mask_NM[:, 0], iou_error_NM[:, 0]
        chosen = torch.zeros(len(logits), dtype=torch.long)
    mask = (mask_N * weight_N).mean()
    iou_error = (iou_error_N * weight_N).mean()
    presence = F.binary_cross_entropy_with_logits(answer.presence_B.float(), weight_N)
    total = mask + config.iou * iou_error + config.presence * presence
    iou = (iou_NM.gather(1, chosen[:, None])[:, 0] * weight_N).sum() / weight_N.sum().clamp(min=1)
    return AnswerLoss(total, mask.item(), iou_error.item(), presence.item(), iou.item())
