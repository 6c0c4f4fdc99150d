"""Tests of EfficientTAM's trunk: attention, windows, resized positions."""

import pytest
import torch

from masklet.model.config import PlainVitConfig
from masklet.model.trunk.plain_vit import PlainAttention, PlainVit

SMALL = PlainVitConfig(channels=16, heads=2, blocks=2, global_blocks=(), window=2, position_side=3)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def test_attention_by_the_formula():
    layer, x = PlainAttention(16, 2), torch.randn(1, 2, 3, 16)
    q, k, v = layer.qkv(x).reshape(6, 3, 2, 8).unbind(1)
    heads = [(q[:, h] @ k[:, h].T / 8**0.5).softmax(-1) @ v[:, h] for h in range(2)]
    assert torch.allclose(layer(x).reshape(6, 16), layer.out(torch.cat(heads, dim=-1)), atol=1e-5)


def test_windows_reach_no_further_and_global_blocks_everywhere():
    pictures = torch.randn(1, 3, 64, 96)
    changed = pictures.clone()
    changed[..., 0, 0] += 1
    for blocks, everywhere in (((), False), ((1,), True)):
        trunk = PlainVit(PlainVitConfig(16, 2, 2, blocks, 2, position_side=3))
        (one,), (other,) = trunk(pictures), trunk(changed)
        assert one.shape == (1, 16, 4, 6)
        moved = (one - other).abs().amax(1)[0] > 1e-6
        assert moved[:2, :2].all()
        assert moved[2:, 2:].any() == everywhere


def test_positions_are_resized_and_the_first_is_left_out():
    trunk = PlainVit(SMALL)
    assert trunk.position.shape == (1, 10, 16)
    same = trunk.positions(3, 3)
    assert torch.equal(same[0, :, 1, 2], trunk.position[0, 1 + 5])
    trunk.position[:, 0] = 100
    assert torch.equal(trunk.positions(3, 3), same)
    assert trunk.positions(4, 8).shape == (1, 16, 4, 8)
    trunk.position[:, 1:] = torch.arange(16.0)
    assert torch.allclose(trunk.positions(6, 6), torch.arange(16.0)[None, :, None, None].expand(1, 16, 6, 6))
