"""Tests of networks without storage."""

import torch

from masklet.model.blank import blank_network
from masklet.model.network import Network
from tests.model.small import CONFIGS, STILL_CONFIGS


def test_it_has_the_names_and_shapes_of_a_drawn_network_and_holds_nothing():
    for config in (CONFIGS | STILL_CONFIGS).values():
        blank, drawn = blank_network(config).state_dict(), Network(config).state_dict()
        assert {name: (value.shape, value.dtype) for name, value in blank.items()} == {
            name: (value.shape, value.dtype) for name, value in drawn.items()
        }
        assert all(value.is_meta for value in blank.values())


def test_nothing_is_drawn():
    before = torch.get_rng_state()
    for config in CONFIGS.values():
        blank_network(config)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.rand(3).is_meta  # drawing goes on elsewhere
