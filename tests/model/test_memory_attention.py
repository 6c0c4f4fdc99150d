"""Tests of memory attention: what has a place is turned, what has none is not."""

import torch

from masklet.model.memory_attention import RotaryAttention
from masklet.model.position import rotary_2d

CPU = torch.device("cpu")


def test_keys_of_several_grids_are_turned_alike_and_unplaced_ones_not_at_all():
    torch.manual_seed(0)
    attention = RotaryAttention(16, 8, heads=1)
    rotation = rotary_2d(16, 4, 4, CPU)
    q, grid, pointers = torch.randn(1, 16, 16), torch.randn(1, 16, 8), torch.randn(1, 3, 8)
    with torch.no_grad():
        once = attention(q, grid, grid, rotation)
        twice = attention(q, torch.cat([grid, grid], 1), torch.cat([grid, grid], 1), rotation)
        assert torch.allclose(once, twice, atol=1e-5)  # the same memory twice says the same
        keys = torch.cat([grid, pointers], 1)
        turned = torch.cat([grid, pointers.flip(1)], 1)
        assert torch.allclose(
            attention(q, keys, keys, rotation, 3), attention(q, turned, turned, rotation, 3), atol=1e-5
        )
        assert not torch.allclose(
            attention(q, grid, grid, rotation), attention(q, grid.flip(1), grid.flip(1), rotation), atol=1e-3
        )


def test_pointers_alone_are_enough():
    torch.manual_seed(0)
    attention = RotaryAttention(16, 8, heads=1)
    pointer = torch.randn(1, 1, 8)
    with torch.no_grad():
        out = attention(torch.randn(1, 16, 16), pointer, pointer, rotary_2d(16, 4, 4, CPU), 1)
        assert torch.allclose(out, attention.out(attention.v(pointer)).expand(-1, 16, -1), atol=1e-5)
