"""Configurations: the sizes and channels that they tell, held against the networks that are built from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from masklet.model.config import NANO, LiteConfig, NetworkConfig
from masklet.model.presets import PRESETS
from masklet.model.prompt_encoder import Prompts
from masklet.model.trunk.lite import Lite
from tests.model.small import CONFIGS, STILL_CONFIGS, small_features, small_network

SMALL = CONFIGS | STILL_CONFIGS


@pytest.mark.parametrize("name", SMALL)
def test_channels_are_those_that_the_trunk_gives(name: str) -> None:
    with torch.no_grad():
        features = small_network(name).trunk(torch.zeros(1, 3, 128, 128))
    by_stride = {128 // level.shape[-1]: level.shape[1] for level in features}
    told = zip((4, 8, 16, 32), SMALL[name].trunk.out_channels, strict=True)
    assert by_stride == {stride: channels for stride, channels in told if channels}


@given(
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from([3, 5]), st.integers(1, 8)), min_size=4, max_size=7),
    st.data(),
)
def test_a_lite_trunk_of_any_stages_tells_the_last_block_at_each_stride(
    parts: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """Four stages halve the picture, wherever among the others they lie."""
    halving = data.draw(st.sets(st.sampled_from(range(len(parts))), min_size=4, max_size=4))
    stages = tuple((e, k, 1 + (n in halving), 4 * c, 1) for n, (e, k, c) in enumerate(parts))
    config = LiteConfig(stem=4, stages=stages)
    with torch.no_grad():
        features = Lite(config)(torch.zeros(1, 3, 64, 64))
    assert tuple(level.shape[1] for level in features) == config.out_channels
    assert [64 // level.shape[-1] for level in features] == [4, 8, 16, 32]


@pytest.mark.parametrize("name", SMALL)
def test_sizes_are_those_of_the_features_and_the_answer(name: str) -> None:
    config, network = SMALL[name], small_network(name)
    features = small_features(name)
    assert features.f16_BChw.shape == (1, config.channels, config.grid_size, config.grid_size)
    with torch.no_grad():
        recalled = network.recall(features.f16_BChw, None)
        click = Prompts(torch.full((1, 1, 2), 40.0), torch.ones(1, 1, dtype=torch.long))
        answer = network.decode(recalled, features, click)
    masks = 1 + config.decoder.candidates
    assert answer.mask_logits_BMHW.shape == (1, masks, config.mask_size, config.mask_size)


def test_a_memory_is_had_or_refused_by_name() -> None:
    assert NANO.video is NANO.memory
    with pytest.raises(ValueError, match="still knows pictures alone: it has no memory"):
        _ = replace(NANO, name="still", memory=None).video


@pytest.mark.parametrize("config", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_of_one_piece(config: NetworkConfig) -> None:
    assert config.picture_size % 32 == 0, "every stride divides it"
    assert config.decoder.candidates == 3
    if config.memory is None:
        assert not config.slots
    else:
        assert config.channels % config.memory.channels == 0, "a pointer is cut into tokens of a memory's channels"
        assert set(config.slots) <= set(range(1, config.memory.recent + 1))
        assert list(config.slots) == sorted(set(config.slots))
    assert 0 < config.least_iou < 1
    assert 0 < config.least_stability < 1
    assert 0 < config.most_overlap <= 1


def test_equal_configurations_are_one_key() -> None:
    assert {replace(config): name for name, config in PRESETS.items()} == {c: n for n, c in PRESETS.items()}
