"""The losses and their masking rules, on masks small enough to count by hand."""

import torch

from masklet.model.network import Decoded
from masklet.train.config import LossConfig
from masklet.train.losses import answer_loss, dice_loss, focal_loss, intersection_over_union

TRUTH = torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])  # one object, 2x2
RIGHT = torch.tensor([[20.0, 20.0], [-20.0, -20.0]])


def answer(*masks: torch.Tensor, iou: float = 1.0, presence: float = 20.0) -> Decoded:
    logits = torch.stack(masks)[None]
    count = logits.shape[1]
    return Decoded(logits, torch.full((1, count), iou), torch.tensor([presence]), torch.zeros(1, count, 4))


def test_focal_loss_of_doubt_is_what_its_formula_gives() -> None:
    doubt = torch.zeros(1, 1, 2, 2)
    # at p = 1/2: log 2, times (1/2)^2, times the mean of alpha and 1 - alpha
    value = focal_loss(doubt, TRUTH[:, None], alpha=0.25, gamma=2.0)
    torch.testing.assert_close(value, torch.full((1, 1), 0.6931472 * 0.25 * 0.5))


def test_a_right_mask_costs_nothing_and_its_opposite_much() -> None:
    right, wrong = RIGHT[None, None], -RIGHT[None, None]
    assert dice_loss(right, TRUTH[:, None]).item() < 1e-6
    assert dice_loss(wrong, TRUTH[:, None]).item() > 0.7
    assert focal_loss(right, TRUTH[:, None], 0.5, 2.0).item() < focal_loss(wrong, TRUTH[:, None], 0.5, 2.0).item()


def test_iou_counts_pixels_and_two_empty_masks_agree() -> None:
    one_of_two = torch.tensor([[5.0, -5.0], [-5.0, -5.0]])[None, None]
    assert intersection_over_union(one_of_two, TRUTH[:, None]).item() == 0.5
    nothing = torch.full((1, 1, 2, 2), -5.0)
    assert intersection_over_union(nothing, torch.zeros(1, 1, 2, 2)).item() == 1.0


def test_only_the_best_candidate_gets_the_mask_loss() -> None:
    config = LossConfig(all_candidates=0.0, single_mask=0.0, iou=0.0, presence=0.0)
    one_right = answer(-RIGHT, -RIGHT, RIGHT, -RIGHT)
    assert answer_loss(one_right, TRUTH, ambiguous=True, config=config).total.item() < 1e-5
    assert answer_loss(one_right, TRUTH, ambiguous=False, config=config).total.item() > 0.5


def test_all_candidates_get_the_iou_loss() -> None:
    config = LossConfig(focal=0.0, dice=0.0, presence=0.0)
    # predicted 1 everywhere; true IoU is 1 once and 0 three times
    loss = answer_loss(answer(-RIGHT, -RIGHT, RIGHT, -RIGHT), TRUTH, ambiguous=True, config=config)
    assert abs(loss.total.item() - 0.75) < 1e-6


def test_an_absent_object_teaches_presence_and_nothing_else() -> None:
    config = LossConfig()
    nothing = torch.zeros(1, 2, 2)
    seen = answer(RIGHT, RIGHT, RIGHT, RIGHT, presence=5.0)
    logits = seen.mask_logits_BMHW.requires_grad_()
    loss = answer_loss(seen, nothing, ambiguous=True, config=config)
    assert loss.mask == 0 and loss.iou_error == 0
    assert abs(loss.total.item() - 5.0067) < 1e-3  # softplus(5)
    assert not loss.total.requires_grad or torch.autograd.grad(loss.total, logits)[0].abs().max() == 0
