"""Tests of the embedded model's trunk."""

import copy

import torch

from masklet.model.config import LiteConfig
from masklet.model.trunk.lite import Lite, ScaledConv
from tests.model.small import small_network


def test_strides_and_channels():
    config = LiteConfig()
    assert config.out_channels == (24, 40, 112, 320)
    with torch.no_grad():
        features = Lite(config)(torch.randn(2, 3, 96, 64))
    assert [tuple(f.shape) for f in features] == [
        (2, c, 96 // s, 64 // s) for c, s in zip(config.out_channels, (4, 8, 16, 32), strict=True)
    ]


def test_folding_changes_nothing_but_the_parameters():
    trunk = copy.deepcopy(small_network("small-lite").trunk)
    pictures = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        before = trunk(pictures)
        for part in trunk.modules():
            if isinstance(part, ScaledConv):
                part.fold()
                part.fold()  # once is enough
        after = trunk(pictures)
    assert not any(name.endswith("scale") for name, _ in trunk.named_parameters())
    for a, b in zip(before, after, strict=True):
        assert torch.allclose(a, b, atol=1e-4 * float(a.abs().max()))
