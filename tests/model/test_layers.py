"""Tests of the layers that several parts share."""

import pytest
import torch
import torch.nn.functional as F

from masklet.model.layers import FEW_CHANNELS, FEW_KEYS, MLP, Attention, DepthwiseConv, LayerNorm2d, attend


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


@pytest.mark.parametrize("keys", [3, FEW_KEYS, FEW_KEYS + 40])
@pytest.mark.parametrize("counted", [False, True])
def test_attention_that_keeps_gradients_gives_what_the_fused_call_gives(keys, counted):
    generator = torch.Generator().manual_seed(1)
    q, k, v = (torch.randn(2, 4, n, 8, generator=generator) for n in (50, keys, keys))
    counts = torch.rand(2, 1, 1, keys, generator=generator) > 0.4 if counted else None
    if counts is not None:
        counts[..., 0] = True
    with torch.no_grad():
        fused = attend(q, k, v, counts)
    assert torch.equal(fused, F.scaled_dot_product_attention(q, k, v, counts))
    assert torch.allclose(attend(q.requires_grad_(), k, v, counts), fused, atol=1e-6)


def test_layer_norm_over_few_channels_trains_as_the_fused_one():
    torch.manual_seed(0)
    norm = LayerNorm2d(FEW_CHANNELS)
    torch.nn.init.normal_(norm.weight)
    x = torch.randn(2, FEW_CHANNELS, 5, 7, requires_grad=True)
    plain = norm(x)
    fused = F.layer_norm(x.permute(0, 2, 3, 1), (FEW_CHANNELS,), norm.weight, norm.bias, 1e-6).permute(0, 3, 1, 2)
    assert torch.allclose(plain, fused, atol=1e-5)
    weights = torch.randn_like(x)
    ours, theirs = (torch.autograd.grad((y * weights).sum(), x, retain_graph=True)[0] for y in (plain, fused))
    assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_convolution_has_the_gradients_of_float32(stride):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 9, 11).to(torch.bfloat16).requires_grad_()
    weight, bias = torch.randn(6, 1, 5, 5, requires_grad=True), torch.randn(6, requires_grad=True)
    y = DepthwiseConv.apply(x, weight, bias, stride, 2)
    assert y.dtype == torch.bfloat16
    exact = F.conv2d(x.float(), weight, bias, stride, 2, 1, 6)
    assert torch.allclose(y.float(), exact, atol=0.15, rtol=0.02)
    asked = torch.randn_like(exact).to(torch.bfloat16)
    ours = torch.autograd.grad(y, (x, weight, bias), asked)
    theirs = torch.autograd.grad(exact, (x, weight, bias), asked.float())
    assert torch.equal(ours[0], theirs[0])
    assert torch.allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-4) and torch.allclose(ours[2], theirs[2], rtol=1e-5)
