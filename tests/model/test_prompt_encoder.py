"""Tests of prompts on their way into the network."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from masklet.model.prompt_encoder import BOTTOM_RIGHT, ON, OUTSIDE, PADDING, TOP_LEFT, Prompts, prompt_maps
from tests.model.small import CONFIGS, small_features, small_network

NAMES = list(CONFIGS)


def encode(name, points, labels, **more):
    prompts = Prompts(
        torch.tensor([points], dtype=torch.float32).reshape(1, -1, 2), torch.tensor([labels]).long(), **more
    )
    with torch.no_grad():
        return small_network(name).prompt_encoder(prompts, small_features(name).f16_BChw)


@pytest.mark.parametrize("name", NAMES)
def test_every_list_of_points_is_closed_and_an_empty_one_holds_two_endings(name):
    padding = small_network(name).prompt_encoder.padding[0]
    assert encode(name, [], []).tokens_BPC.shape[1] == 2
    assert encode(name, [(3, 4)], [ON]).tokens_BPC.shape[1] == 2
    three = encode(name, [(0, 0), (9, 9), (4, 5)], [TOP_LEFT, BOTTOM_RIGHT, OUTSIDE]).tokens_BPC
    assert three.shape[1] == 4
    assert torch.equal(three[0, -1], padding)
    assert (encode(name, [], []).tokens_BPC == padding).all()


def test_sam_closes_clicks_without_a_box_alone():
    padding = small_network("small-vit").prompt_encoder.padding[0]
    click = encode("small-vit", [(3, 4)], [ON]).tokens_BPC[0]
    assert len(click) == 2
    assert torch.equal(click[-1], padding)
    assert encode("small-vit", [], []).tokens_BPC.shape[1] == 0
    corners = [(0, 0), (9, 9)], [TOP_LEFT, BOTTOM_RIGHT]
    assert encode("small-vit", *corners, boxed=True).tokens_BPC.shape[1] == 2
    both = encode("small-vit", [*corners[0], (4, 5)], [*corners[1], OUTSIDE], boxed=True).tokens_BPC[0]
    assert len(both) == 3
    assert not (both == padding).all(1).any()


@pytest.mark.parametrize("name", NAMES)
def test_padding_has_no_place(name):
    here, there = (encode(name, [(10, 10), at], [ON, PADDING]) for at in ((0, 0), (99, 3)))
    assert torch.equal(here.tokens_BPC, there.tokens_BPC)
    assert torch.equal(here.dense_BChw, there.dense_BChw)


def test_a_point_names_the_centre_of_its_pixel():
    encoder = small_network("small-hiera").prompt_encoder
    token = encode("small-hiera", [(31.5, 63.5)], [ON]).tokens_BPC[0, 0]
    assert torch.allclose(token, encoder.position(torch.tensor([0.25, 0.5])) + encoder.labels[ON], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_masks_count_only_where_they_are_said_to(name):
    network, features = small_network(name), small_features(name, count=2)
    masks = torch.randn(2, 32, 32)
    empty = torch.zeros(2, 0, 2), torch.zeros(2, 0, dtype=torch.long)
    with torch.no_grad():
        first = network.prompt_encoder(Prompts(*empty, masks, torch.tensor([True, False])), features.f16_BChw)
        both = network.prompt_encoder(Prompts(*empty, masks), features.f16_BChw)
    assert torch.equal(first.dense_BChw[0], both.dense_BChw[0])
    assert torch.equal(first.dense_BChw[1], network.prompt_encoder.no_mask[0, :, None, None].expand(-1, 8, 8))


@settings(deadline=None)
@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.sampled_from([OUTSIDE, ON]))
def test_maps_peak_at_the_click_in_its_own_channel(x, y, label):
    maps = prompt_maps(torch.tensor([[[x, y]]]), torch.tensor([[label]]), (32, 32))[0]
    place = divmod(int(maps[label].argmax()), 32)
    assert abs(place[0] + 0.5 - y * 32) <= 0.51
    assert abs(place[1] + 0.5 - x * 32) <= 0.51
    assert maps[1 - label].max() == 0
    assert maps[2].max() == 0


def test_the_box_map_is_its_inside():
    corners = torch.tensor([[[0.25, 0.5], [0.75, 0.9]]])
    box = prompt_maps(corners, torch.tensor([[TOP_LEFT, BOTTOM_RIGHT]]), (40, 40))[0, 2]
    assert box[27, 20] > 0.95
    assert box[27, 5] < 0.05
    assert box[10, 20] < 0.05
