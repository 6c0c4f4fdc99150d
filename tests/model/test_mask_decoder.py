"""Tests of the two-way decoder."""

import pytest
import torch

from masklet.model.mask_decoder import MaskJudge
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


def test_a_judge_begins_by_changing_nothing_and_what_it_looks_at_learns_nothing_from_it():
    torch.manual_seed(0)
    judge = MaskJudge(32)
    seen = [
        torch.randn(shape, requires_grad=True) for shape in ((2, 4, 32, 32), (2, 4, 32), (2, 64, 32), (2, 4, 32, 32))
    ]
    assert torch.equal(judge(*seen), torch.zeros(2, 4))
    torch.nn.init.normal_(judge.layers.layers[-1].weight)
    said = judge(*seen)
    assert said.shape == (2, 4) and said.std() > 0
    said.sum().backward()
    assert all(x.grad is None for x in seen)
    assert judge.layers.layers[0].weight.grad.abs().sum() > 0


def test_a_judge_sees_masks_of_nothing_and_of_everything():
    judge = MaskJudge(32)
    torch.nn.init.normal_(judge.layers.layers[-1].weight)
    masks = torch.stack([torch.full((32, 32), v) for v in (-1024.0, 1024.0, 0.0, 5.0)])[None]
    with torch.no_grad():
        assert judge(masks, torch.zeros(1, 4, 32), torch.randn(1, 64, 32), torch.randn(1, 4, 32, 32)).isfinite().all()


@pytest.mark.parametrize("name", CONFIGS)
def test_masks_do_not_depend_on_the_order_that_places_lie_in(name):
    network, features = small_network(name), small_features(name)
    c = network.config.channels
    prompts = EncodedPrompts(torch.randn(3, 2, c), torch.randn(3, c, 8, 8))
    place = torch.randn(64, c)
    with torch.no_grad():
        plain, other = (
            network.mask_decoder(
                *(x.to(memory_format=layout) for x in (f.f16_BChw, f.f8_BCHW, f.f4_BCHW)), place, prompts
            )
            for f in [features]
            for layout in (torch.contiguous_format, torch.channels_last)
        )
    assert torch.allclose(plain.mask_logits_BMHW, other.mask_logits_BMHW, atol=1e-4)
