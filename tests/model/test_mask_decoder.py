"""Tests of the two-way decoder."""

import pytest
import torch

from masklet.model.prompt_encoder import EncodedPrompts
from tests.model.small import CONFIGS, STILL_CONFIGS, small_features, small_network


@pytest.mark.parametrize("name", CONFIGS)
def test_shapes_and_ranges(name):
    network, features = small_network(name), small_features(name)
    c = network.config.channels
    prompts = EncodedPrompts(torch.randn(3, 2, c), torch.randn(3, c, 8, 8))
    with torch.no_grad():
        out = network.mask_decoder(features.f16_BChw, features.f8_BCHW, features.f4_BCHW, torch.randn(64, c), prompts)
    assert out.mask_logits_BMHW.shape == (3, 4, 32, 32)
    assert out.iou_BM.shape == (3, 4)
    assert ((out.iou_BM > 0) & (out.iou_BM < 1)).all()
    assert out.presence_B.shape == (3,)
    assert out.tokens_BMC.shape == (3, 4, c)


def test_high_resolution_skips_reach_the_masks_and_nothing_else():
    network, features = small_network("small-hiera"), small_features("small-hiera")
    prompts = EncodedPrompts(torch.randn(1, 2, 128), torch.zeros(1, 128, 8, 8))
    place = torch.randn(64, 128)
    with torch.no_grad():
        plain = network.mask_decoder(features.f16_BChw, features.f8_BCHW, features.f4_BCHW, place, prompts)
        other = network.mask_decoder(features.f16_BChw, features.f8_BCHW, features.f4_BCHW + 1, place, prompts)
    assert not torch.allclose(plain.mask_logits_BMHW, other.mask_logits_BMHW)
    assert torch.equal(plain.iou_BM, other.iou_BM)
    assert torch.equal(plain.tokens_BMC, other.tokens_BMC)


@pytest.mark.parametrize("name", STILL_CONFIGS)
def test_sams_decoder_has_no_skips_no_presence_and_no_bound_on_its_iou(name):
    network, features = small_network(name), small_features(name)
    prompts = EncodedPrompts(torch.randn(3, 2, 256), torch.randn(3, 256, 8, 8))
    with torch.no_grad():
        out = network.mask_decoder(features.f16_BChw, features.f8_BCHW, features.f4_BCHW, torch.randn(64, 256), prompts)
    assert out.mask_logits_BMHW.shape == (3, 4, 32, 32)
    assert (out.presence_B == 20).all()
    assert out.tokens_BMC.shape == (3, 4, 256)
    assert (out.iou_BM < 0).any()
