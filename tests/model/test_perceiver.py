"""Tests of EdgeTAM's perceiver: which token sees what, and where tokens are."""

import pytest
import torch

from masklet.model.config import PerceiverConfig
from masklet.model.memory_attention import RotaryAttention
from masklet.model.perceiver import LatentAttention, Perceiver, token_places, token_rotation
from masklet.model.position import rotary_2d, sine_2d

CONFIG = PerceiverConfig(latents=5, side=2, layers=2, mlp=24)
CHANNELS = 12
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)
    with torch.inference_mode():
        yield


def test_latents_see_the_whole_map_and_the_grid_its_windows():
    perceiver = Perceiver(CONFIG, CHANNELS)
    x = torch.randn(2, CHANNELS, 6, 6)
    changed = x.clone()
    changed[1, :, 4, 1] += torch.randn(CHANNELS)  # in the lower left window
    tokens = perceiver(x)
    assert tokens.shape == (2, 5 + 4, CHANNELS)
    moved = ((tokens - perceiver(changed)).abs() > 1e-6).any(-1)
    assert not moved[0].any()
    assert moved[1].tolist() == [True] * 5 + [False, False, True, False]


def test_objects_are_answered_as_alone():
    perceiver, x = Perceiver(CONFIG, CHANNELS), torch.randn(3, CHANNELS, 4, 4)
    assert torch.allclose(perceiver(x)[[1]], perceiver(x[[1]]), atol=1e-6)


def test_where_a_thing_is_matters_to_latents_alone():
    perceiver, x = Perceiver(CONFIG, CHANNELS), torch.randn(1, CHANNELS, 4, 4)
    turned = x.unflatten(2, (2, 2)).unflatten(4, (2, 2)).flip(3, 5).flatten(4).flatten(2, 3)  # within each window
    one, other = perceiver(x), perceiver(turned)
    assert torch.allclose(one[:, 5:], other[:, 5:], atol=1e-5)
    assert not torch.allclose(one[:, :5], other[:, :5], atol=1e-4)


def test_attention_by_the_formula():
    layer = LatentAttention(CHANNELS)
    q, x, position = torch.randn(1, 3, CHANNELS), torch.randn(1, 7, CHANNELS), torch.randn(7, CHANNELS)
    k, v = (one + position for one in layer.kv(x)[0].split(CHANNELS, dim=-1))
    weights = (layer.q(q)[0] @ k.T / CHANNELS**0.5).softmax(-1)
    assert torch.allclose(layer(q, x, position)[0], layer.out(weights @ v), atol=1e-5)


def test_latents_have_no_place_and_the_grid_has_its_own():
    places = token_places(CONFIG, CHANNELS, CPU)
    assert places.shape == (9, CHANNELS)
    assert (places[:5] == 0).all()
    assert torch.equal(places[5:], sine_2d(CHANNELS, 2, 2, device=CPU).flatten(1).T)
    cos, sin = token_rotation(CONFIG, CHANNELS, CPU)
    assert (cos[:5] == 1).all() and (sin[:5] == 0).all()
    assert torch.equal(cos[5:], rotary_2d(CHANNELS, 2, 2, device=CPU)[0])


def test_memories_of_tokens_are_turned_each_alike():
    attention = RotaryAttention(CHANNELS, CHANNELS, heads=1)
    queries, keys = rotary_2d(CHANNELS, 4, 4, CPU), token_rotation(CONFIG, CHANNELS, CPU)
    q, memory, pointers = (torch.randn(1, n, CHANNELS) for n in (16, 9, 2))
    once = attention(q, memory, memory, queries, keys_rotation=keys)
    twice = torch.cat([memory, memory], 1)
    assert torch.allclose(attention(q, twice, twice, queries, keys_rotation=keys), once, atol=1e-5)
    moved = torch.cat([memory[:, [1, 0, 2, 3, 4]], memory[:, 5:]], 1)  # latents changed places: nobody sees that
    assert torch.allclose(attention(q, moved, moved, queries, keys_rotation=keys), once, atol=1e-5)
    moved = torch.cat([memory[:, :5], memory[:, [6, 5, 7, 8]]], 1)
    assert not torch.allclose(attention(q, moved, moved, queries, keys_rotation=keys), once, atol=1e-4)
    pointed = torch.cat([memory, pointers], 1)
    assert attention(q, pointed, pointed, queries, 2, keys_rotation=keys).shape == q.shape
