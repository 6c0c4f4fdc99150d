"""The lean mask decoder says what the network's own says."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from masklet.export.lean_decoder import (
    LeanMaskDecoder,
    PlaceNorm,
    PlacesAsk,
    TokensAsk,
    make_decoder_lean,
)
from masklet.model.layers import Attention
from masklet.model.mask_decoder import MaskDecoder
from masklet.model.network import Decoded, Network
from masklet.model.prompt_encoder import Prompts
from tests.model.small import small_features, small_network

NETWORKS = [
    "small-lite",
    "small-hiera",
    "small-vit",
]  # with a judge, skips and presence; without the judge; without all


def test_tokens_ask_places() -> None:
    own, lean = _attentions(TokensAsk)
    tokens, placed, picture = torch.randn(2, 5, 16), *torch.randn(2, 2, 12, 16)
    with torch.no_grad():
        got = lean(tokens, placed.transpose(1, 2), picture.transpose(1, 2))
        assert torch.allclose(got, own(tokens, placed, picture), atol=1e-5)


def test_places_ask_tokens() -> None:
    own, lean = _attentions(PlacesAsk)
    tokens, other, placed = *torch.randn(2, 2, 5, 16), torch.randn(2, 12, 16)
    with torch.no_grad():
        got = lean(placed.transpose(1, 2), tokens, other)
        assert torch.allclose(got.transpose(1, 2), own(placed, tokens, other), atol=1e-5)


def test_norm_of_places() -> None:
    torch.manual_seed(0)
    own = nn.LayerNorm(6)
    nn.init.normal_(own.weight)
    nn.init.normal_(own.bias)
    lean = copy.deepcopy(own)
    lean.__class__ = PlaceNorm
    x_BPC = 5 * torch.randn(2, 9, 6) + 3
    with torch.no_grad():
        assert torch.allclose(lean(x_BPC.transpose(1, 2)).transpose(1, 2), own(x_BPC), atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("pictures", [1, 3], ids=["one picture for all", "a picture each"])
def test_a_whole_decoder(name: str, pictures: int) -> None:
    own = small_network(name)
    lean = copy.deepcopy(own)
    make_decoder_lean(lean.mask_decoder)
    assert type(lean.mask_decoder) is LeanMaskDecoder and type(own.mask_decoder) is MaskDecoder
    assert all(torch.equal(value, own.state_dict()[key]) for key, value in lean.state_dict().items())
    wanted, got = (_decode(network, pictures) for network in (own, lean))
    for field in ("mask_logits_BMHW", "iou_BM", "presence_B", "pointers_BMC"):
        ours, theirs = getattr(got, field), getattr(wanted, field)
        assert ours.shape == theirs.shape
        assert torch.allclose(ours, theirs, atol=1e-4, rtol=1e-4), field


def _attentions(kind: type[TokensAsk]) -> tuple[Attention, Attention]:
    torch.manual_seed(0)
    own = Attention(16, 4, 8)
    lean = copy.deepcopy(own)
    lean.__class__ = kind
    return own, lean


def _decode(network: Network, pictures: int) -> Decoded:
    generator = torch.Generator().manual_seed(1)
    points = torch.rand(3, 2, 2, generator=generator) * network.config.picture_size
    prompts = Prompts(points, torch.tensor([[1, -1], [1, 0], [0, 1]]))
    seen = small_features(network.config.name, pictures)
    with torch.no_grad():
        return network.decode(network.recall(seen.f16_BChw, None), seen, prompts)
