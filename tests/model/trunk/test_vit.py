"""Tests of SAM's trunk: relative positions, windows, and the reach of local and global blocks."""

import pytest
import torch

from masklet.model.config import VitConfig
from masklet.model.trunk.vit import RelativeAttention, Vit, VitBlock

SMALL = VitConfig(channels=32, heads=4, blocks=3, global_blocks=(1,), window=5)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def attention(side, at_once=4):
    layer = RelativeAttention(32, 4, side, at_once)
    for embedding in (layer.rows, layer.columns):
        embedding.normal_()
    return layer


def test_attention_by_the_formula():
    """Softmax of q k / sqrt(c) + q . row of their distance + q . column of their distance, place by place."""
    side, layer = 3, attention(3)
    x = torch.randn(1, side, side, 32)
    q, k, v = layer.qkv(x).reshape(side, side, 3, 4, 8).unbind(2)
    out = torch.zeros(side, side, 4, 8)
    places = [(row, column) for row in range(side) for column in range(side)]
    for head in range(4):
        for i, j in places:
            mine = q[i, j, head]
            products = [
                mine @ k[a, b, head] / 8**0.5
                + mine @ layer.rows[i - a + side - 1]
                + mine @ layer.columns[j - b + side - 1]
                for a, b in places
            ]
            share = torch.stack(products).softmax(0)
            out[i, j, head] = sum(s * v[a, b, head] for s, (a, b) in zip(share, places, strict=True))
    assert torch.allclose(layer(x)[0], layer.out(out.flatten(2)), atol=1e-5)


def test_it_does_not_matter_how_many_heads_go_at_once():
    all_of_them, one = attention(4, 4), RelativeAttention(32, 4, 4, 1)
    one.load_state_dict(all_of_them.state_dict())
    x = torch.randn(2, 4, 4, 32)
    assert torch.allclose(all_of_them(x), one(x), atol=1e-6)


@pytest.mark.parametrize("window", [5, 0])
def test_only_global_blocks_reach_beyond_their_window(window):
    block = VitBlock(32, window, RelativeAttention(32, 4, window or 8, 4))
    x = torch.randn(1, 8, 8, 32)
    changed = x.clone()
    changed[0, 6, 6] = torch.randn(32)
    differs = (block(x) - block(changed)).abs().amax(-1)[0] > 1e-7
    assert differs[5:, 5:].all()
    assert differs[:5].any() == differs[:, :5].any() == (window == 0)


def test_stride_16_alone():
    trunk = Vit(SMALL, grid=8)
    (f16,) = trunk(torch.randn(2, 3, 128, 128))
    assert f16.shape == (2, 32, 8, 8)
    assert [block.window for block in trunk.blocks] == [5, 0, 5]
