"""The schedule, what is frozen, and the moving average."""

import pytest
import torch

from masklet.model.network import Network
from masklet.train.config import OptimiserConfig
from masklet.train.optimise import MovingAverage, build_optimiser, freeze, set_rate, trunk_depth
from tests.train.tiny import TINY


def test_rate_warms_up_and_falls_to_its_last_share() -> None:
    config = OptimiserConfig(rate=1.0, trunk_rate=0.5, warm_up=10, last_rate=0.1)
    optimiser = build_optimiser(Network(TINY), config)
    assert set_rate(optimiser, config, 0, 100) == pytest.approx(0.1)
    assert set_rate(optimiser, config, 100, 100) == pytest.approx(0.1)
    assert set_rate(optimiser, config, 50, 100) == pytest.approx(0.55)
    assert sorted({g["lr"] for g in optimiser.param_groups}) == pytest.approx([0.275, 0.55])


def test_frozen_parts_are_not_in_the_optimiser() -> None:
    network = Network(TINY)
    freeze(network, ("trunk.",))
    optimiser = build_optimiser(network, OptimiserConfig())
    trained = {id(p) for g in optimiser.param_groups for p in g["params"]}
    assert not any(id(p) in trained for p in network.trunk.parameters())
    assert all(id(p) in trained for p in network.mask_decoder.parameters())


def test_average_follows_the_network() -> None:
    network = Network(TINY)
    average = MovingAverage(network, momentum=0.5)
    with torch.no_grad():
        network.no_memory.fill_(1.0)
        average.network.no_memory.fill_(0.0)
    average.update(network, step=1000)
    assert torch.allclose(average.network.no_memory, torch.full((1, 64), 0.5))


def test_lower_blocks_of_the_trunk_learn_more_slowly() -> None:
    network = Network(TINY)
    optimiser = build_optimiser(network, OptimiserConfig(rate=1.0, trunk_rate=0.5, layer_decay=0.5, frozen=()))
    names = {id(p): name for name, p in network.named_parameters()}
    rates = {names[id(p)]: group["lr"] for group in optimiser.param_groups for p in group["params"]}
    last = trunk_depth(network) - 1
    assert rates[f"trunk.blocks.{last}.filter.weight"] == 0.5
    assert rates[f"trunk.blocks.{last - 1}.filter.weight"] == 0.25
    assert rates["trunk.stem.weight"] == 0.5 ** (last + 2)
    assert rates["mask_decoder.iou_token"] == 1.0
