"""What is clicked on an object does not depend on the company it is in."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from masklet.model.network import Network
from masklet.train.batches import Share, batches
from masklet.train.objective import Objective
from tests.train.tiny import TINY, draw_data


@pytest.mark.parametrize("moving", [0.0, 1.0])
def test_shares_of_a_batch_have_the_loss_of_the_whole(tmp_path: Path, moving: float) -> None:
    config = draw_data(tmp_path)
    data = replace(config.data, clips_per_step=2, clip_share=moving)
    torch.manual_seed(0)
    objective = Objective(Network(TINY), config)
    whole = next(batches(data, seed=0, first=3, last=4))
    shares = [next(batches(data, 0, 3, 4, Share(rank, 2))) for rank in range(2)]
    assert [name for share in shares for name in share.names_N] == list(whole.names_N)
    total = sum(objective(share).total.item() * share.objects for share in shares) / whole.objects
    assert total == pytest.approx(objective(whole).total.item(), rel=1e-5)


def test_pictures_train_the_trunk_and_clips_do_not(tmp_path: Path) -> None:
    config = draw_data(tmp_path)
    for moving in (0.0, 1.0):
        objective = Objective(Network(TINY), config)
        objective(next(batches(replace(config.data, clip_share=moving), 0, 0, 1))).total.backward()
        assert any(p.grad is not None for p in objective.network.trunk.parameters()) == (moving == 0.0)
