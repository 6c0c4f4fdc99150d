"""Tests of the feature pyramid."""

import pytest
import torch

from masklet.model.config import NeckConfig
from masklet.model.neck import Neck, PlainNeck

TRUNK = (8, 12, 16, 24)


def levels(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(1, c, 64 // s, 64 // s, generator=generator) for c, s in zip(TRUNK, (4, 8, 16, 32), strict=True)
    ]


@pytest.mark.parametrize("config", [NeckConfig(), NeckConfig((4, 8, 16), (8, 16, 32))])
def test_shapes(config):
    f4, f8, f16 = Neck(config, TRUNK, 32)(levels())
    widths = config.widths or (32, 32, 32)
    assert [tuple(f.shape) for f in (f4, f8, f16)] == [(1, w, n, n) for w, n in zip(widths, (16, 8, 4), strict=True)]


@pytest.mark.parametrize(("config", "reached"), [(NeckConfig(), (16,)), (NeckConfig((4, 8, 16)), (4, 8, 16))])
def test_the_coarsest_level_reaches_where_the_pyramid_goes_down(config, reached):
    torch.manual_seed(0)
    neck = Neck(config, TRUNK, 32)
    features = levels()
    before = neck(features)
    features[3] = features[3] + 1
    after = neck(features)
    changed = tuple(s for s, a, b in zip((4, 8, 16), before, after, strict=True) if not torch.equal(a, b))
    assert changed == reached


def test_a_plain_neck_has_stride_16_alone():
    f4, f8, f16 = PlainNeck((0, 0, 24, 0), 32)([torch.randn(2, 24, 4, 4)])
    assert f16.shape == (2, 32, 4, 4)
    assert f4.shape[:2] == f8.shape[:2] == (2, 0)
    assert f16.mean(1).abs().max() < 1e-5  # normalised at each place
