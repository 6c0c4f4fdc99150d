"""Tests of the memory encoder."""

import pytest
import torch

from tests.model.small import CONFIGS, small_features, small_network


@pytest.mark.parametrize("name", CONFIGS)
def test_memory_is_of_stride_16_and_of_both_mask_and_picture(name):
    network = small_network(name)
    here, there = small_features(name).f16_BChw, small_features(name, seed=1).f16_BChw
    mask = torch.full((1, 1, 128, 128), -10.0)
    other = mask.clone()
    other[..., 32:64, 32:64] = 10
    with torch.no_grad():
        memory = network.memory_encoder(here, mask)
        assert memory.shape == (1, network.config.memory.channels, 8, 8)
        assert not torch.allclose(memory, network.memory_encoder(here, other))
        assert not torch.allclose(memory, network.memory_encoder(there, mask))
