"""Tests of MobileSAM's trunk: biases of distances, windows, strides."""

import pytest
import torch

from masklet.model.config import TinyVitConfig
from masklet.model.trunk.tiny_vit import AttentionBlock, BiasedAttention, TinyVit, distances

SMALL = TinyVitConfig(
    channels=(8, 16, 24, 32), blocks=(1, 1, 1, 1), heads=(1, 2, 3, 4), windows=(3, 3, 4, 3), classes=5
)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def test_distances_are_rows_and_columns_apart():
    apart = distances(3, torch.device("cpu"))
    assert apart.shape == (9, 9)
    assert torch.equal(apart, apart.T)
    assert apart[0].tolist() == list(range(9))  # from the corner: 0 to 2 rows, 0 to 2 columns
    assert apart[4].tolist() == [4, 3, 4, 1, 0, 1, 4, 3, 4]


def test_attention_by_the_formula():
    layer = BiasedAttention(16, 2, 3)
    layer.biases.normal_()
    x = torch.randn(1, 9, 16)
    q, k, v = layer.qkv(layer.norm(x)).reshape(9, 2, 3, 8).unbind(2)
    heads = [
        (q[:, h] @ k[:, h].T / 8**0.5 + layer.biases[h][distances(3, x.device)]).softmax(-1) @ v[:, h] for h in range(2)
    ]
    assert torch.allclose(layer(x)[0], layer.out(torch.cat(heads, dim=-1)), atol=1e-5)


def test_windows_and_a_convolution_reach_no_further():
    block = AttentionBlock(16, 2, 3).eval()
    x = torch.randn(1, 16, 8, 8)
    changed = x.clone()
    changed[0, :, 7, 7] = torch.randn(16)  # in the last window, of 2 x 2 places and what fills it up
    differs = (block(x) - block(changed)).abs().amax(1)[0] > 1e-7
    assert differs[5:, 5:].all()
    assert not differs[:5].any()
    assert not differs[:, :5].any()


def test_the_last_stage_stays_at_stride_16():
    trunk = TinyVit(SMALL).eval()
    (f16,) = trunk(torch.randn(2, 3, 64, 96))
    assert f16.shape == (2, 32, 4, 6)
