"""Tests of the layers that several parts share."""

import torch

from masklet.model.layers import MLP, Attention, LayerNorm2d


def test_layer_norm_normalises_each_place_over_its_channels():
    x = torch.randn(2, 16, 3, 5) * 7 + 2
    y = LayerNorm2d(16)(x)
    assert y.shape == x.shape
    assert y.mean(1).abs().max() < 1e-5
    assert (y.var(1, unbiased=False) - 1).abs().max() < 1e-3


def test_mlp_is_linear_after_its_last_layer():
    torch.manual_seed(0)
    out = MLP(4, 8, 6, 3)(torch.randn(50, 4))
    assert out.shape == (50, 6)
    assert (out < 0).any()  # no ReLU at the end


def test_attention_keeps_its_width_and_ignores_the_order_of_keys():
    torch.manual_seed(0)
    attention = Attention(16, heads=4, inner=8)
    q, k = torch.randn(2, 3, 16), torch.randn(2, 7, 16)
    out = attention(q, k, k)
    assert out.shape == q.shape
    assert attention.q.out_features == 8
    assert torch.allclose(out, attention(q, k.flip(1), k.flip(1)), atol=1e-6)
