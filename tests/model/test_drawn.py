"""Weights drawn at random."""

from __future__ import annotations

import pytest
import torch

from masklet.model.drawn import drawn_network
from masklet.model.prompt_encoder import Prompts
from tests.model.small import CONFIGS


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_masks_have_both_signs_and_objects_are_there(name: str) -> None:
    network = drawn_network(CONFIGS[name])
    with torch.no_grad():
        seen = network.see(torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)))
        click = Prompts(torch.tensor([[[60.0, 60.0]]]), torch.ones(1, 1, dtype=torch.long))
        said = network.decode(network.recall(seen.f16_BChw, None), seen, click)
    assert said.presence_B > 0
    shares = (said.mask_logits_BMHW > 0).float().mean((2, 3))
    assert ((shares > 0.001) & (shares < 0.999)).any()


def test_they_are_the_same_every_time() -> None:
    first, again, other = (drawn_network(CONFIGS["small-repvit"], seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["no_memory"], other["no_memory"])
