"""Tests of memory attention: what has a place is turned, what has none is not; pooled memories."""

import pytest
import torch

from masklet.model.memory_attention import RotaryAttention, pooled
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


def test_squares_of_four_places_become_their_means():
    grids = torch.arange(32.0).reshape(1, 1, 32, 1)  # two grids of 4 x 4
    means = pooled(grids, 16)[0, 0, :, 0]
    assert means.tolist() == [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]


@pytest.mark.parametrize("pooling", ["counted", "raised"])
def test_several_memories_are_pooled_and_one_alone_is_not(pooling):
    torch.manual_seed(0)
    attention, plain = RotaryAttention(16, 8, 1, pooling), RotaryAttention(16, 8, 1)
    plain.load_state_dict(attention.state_dict())
    rotation = rotary_2d(16, 4, 4, CPU)
    q, grid, other, pointers = torch.randn(1, 16, 16), *(torch.randn(1, n, 8) for n in (16, 16, 3))
    with torch.no_grad():
        one, two = torch.cat([grid, pointers], 1), torch.cat([grid, other, pointers], 1)
        assert torch.equal(attention(q, one, one, rotation, 3), plain(q, one, one, rotation, 3))
        assert not torch.allclose(attention(q, two, two, rotation, 3), plain(q, two, two, rotation, 3), atol=1e-4)
        # a third memory that does not count changes nothing
        three = torch.cat([grid, other, torch.randn(1, 16, 8), pointers], 1)
        counts = torch.ones(1, 1, 1, 51, dtype=torch.bool)
        counts[..., 32:48] = False
        assert torch.allclose(
            attention(q, three, three, rotation, 3, counts), attention(q, two, two, rotation, 3), atol=1e-5
        )


def test_a_pooled_key_counts_as_the_four_that_it_stands_for():
    """Where the places of each square are alike, pooling changes nothing."""
    torch.manual_seed(0)
    attention, plain = RotaryAttention(16, 8, 1, "counted"), RotaryAttention(16, 8, 1)
    plain.load_state_dict(attention.state_dict())
    still = torch.ones(16, 8), torch.zeros(16, 8)  # no place turns anything
    square = torch.randn(1, 8, 8).unflatten(1, (4, 2)).repeat_interleave(2, 1).repeat_interleave(2, 2)
    memories, q = square.flatten(1, 2), torch.randn(1, 16, 16)
    keys = torch.cat([memories, torch.randn(1, 2, 8)], 1)
    with torch.no_grad():
        assert torch.allclose(attention(q, keys, keys, still, 2), plain(q, keys, keys, still, 2), atol=1e-5)
