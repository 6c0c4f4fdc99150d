"""Lean parts answer as the network's own do."""

from __future__ import annotations

import copy

import pytest
import torch

from masklet.export.lean import (
    LeanAttention,
    LeanHiera,
    LeanLayerNorm2d,
    LeanPlainVit,
    PlainLayerNorm2d,
    make_lean,
)
from masklet.model.layers import LayerNorm2d
from masklet.model.memory_attention import RotaryAttention
from masklet.model.position import rotary_2d
from tests.model.small import small_network


@pytest.mark.parametrize(("objects", "grids", "pointers"), [(1, 1, 0), (3, 2, 0), (2, 2, 5), (2, 0, 3)])
@pytest.mark.parametrize("some", [False, True], ids=["all count", "some count"])
def test_attention(objects: int, grids: int, pointers: int, some: bool) -> None:
    torch.manual_seed(0)
    own = RotaryAttention(16, 8, 1)
    lean = copy.deepcopy(own)
    lean.__class__ = LeanAttention
    rotation = rotary_2d(16, 3, 4, torch.device("cpu"))
    q, keys, values = torch.randn(1, 12, 16), *torch.randn(2, objects, 12 * grids + pointers, 8)
    counts = torch.rand(objects, 1, 1, keys.shape[1]) > 0.3 if some else None
    if counts is not None:
        counts[..., 0] = True
    with torch.no_grad():
        wanted, got = (one(q, keys, values, rotation, pointers, counts) for one in (own, lean))
    assert got.shape == (objects, 12, 16)
    assert torch.allclose(got, wanted, atol=1e-6)


@pytest.mark.parametrize("kind", [LeanLayerNorm2d, PlainLayerNorm2d])
def test_layer_norms(kind: type[LayerNorm2d]) -> None:
    torch.manual_seed(0)
    own = LayerNorm2d(6)
    torch.nn.init.normal_(own.weight)
    torch.nn.init.normal_(own.bias)
    lean = copy.deepcopy(own)
    lean.__class__ = kind
    x = 5 * torch.randn(2, 6, 4, 7) + 3
    with torch.no_grad():
        assert torch.allclose(lean(x), own(x), atol=1e-5)


def test_a_whole_network_keeps_its_weights() -> None:
    network = copy.deepcopy(small_network("small-lite"))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    make_lean(network)
    assert any(type(part) is LeanAttention for part in network.modules())
    assert not any(type(part) in (RotaryAttention, LayerNorm2d) for part in network.modules())
    after = network.state_dict()
    assert after.keys() == before.keys() and all(torch.equal(after[name], before[name]) for name in before)


@pytest.mark.parametrize(("name", "kind"), [("small-hiera", LeanHiera), ("small-plain-vit", LeanPlainVit)])
def test_positions_are_resized_once(name: str, kind: type[torch.nn.Module]) -> None:
    own, lean = small_network(name), copy.deepcopy(small_network(name))
    make_lean(lean)
    assert isinstance(lean.trunk, kind) and own.state_dict().keys() == lean.state_dict().keys()
    picture = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for mine, wanted in zip(lean.trunk(picture), own.trunk(picture), strict=True):
            assert torch.equal(mine, wanted)
