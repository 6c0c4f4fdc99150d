"""Tests of EdgeTAM's trunk: strides, what mixes what, gates."""

import pytest
import torch

from masklet.model.config import RepVitConfig
from masklet.model.trunk.repvit import ChannelMlp, Gate, Mixer, RepVit

SMALL = RepVitConfig(channels=(8, 16, 24, 32), blocks=(1, 1, 2, 1))


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def differs(module, x, changed):
    """BCHW bool: where the output moves with the input."""
    return (module(x) - module(changed)).abs() > 1e-7


def test_one_level_per_stage():
    features = RepVit(SMALL).eval()(torch.randn(2, 3, 64, 96))
    assert [tuple(f.shape) for f in features] == [(2, 8, 16, 24), (2, 16, 8, 12), (2, 24, 4, 6), (2, 32, 2, 3)]


def test_a_mixer_reaches_one_place_further_in_each_channel_alone():
    x = torch.randn(1, 4, 7, 7)
    changed = x.clone()
    changed[0, 2, 3, 3] += 1
    moved = differs(Mixer(4).eval(), x, changed)[0]
    assert moved[2, 2:5, 2:5].all()
    assert moved.sum() == 9


def test_channels_are_mixed_at_each_place_alone():
    x = torch.randn(1, 4, 5, 5)
    changed = x.clone()
    changed[0, 2, 3, 1] += 1
    moved = differs(ChannelMlp(4).eval(), x, changed)[0]
    assert moved[:, 3, 1].all()
    assert not moved.any(0).flatten()[torch.arange(25) != 16].any()


def test_a_gate_weakens_whole_channels():
    x = torch.randn(2, 12, 5, 5)
    share = Gate(12)(x) / x
    assert ((share > 0) & (share < 1)).all()
    assert torch.allclose(share, share[..., :1, :1].expand_as(share), atol=1e-4)
    assert not torch.allclose(share[0], share[1], atol=1e-3)


@pytest.mark.parametrize(("channels", "inner"), [(48, 16), (96, 24), (192, 48), (384, 96), (8, 8)])
def test_the_published_widths_of_gates(channels, inner):
    assert Gate(channels).squeeze.out_channels == inner
