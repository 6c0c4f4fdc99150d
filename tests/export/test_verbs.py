"""The verbs as modules of tensors alone: they say what the network says."""

from __future__ import annotations

import torch

from masklet.export.parts import build_parts
from masklet.model.network import Features
from tests.model.small import small_network


def test_see_gives_what_decode_wants_where_nothing_is_recalled() -> None:
    network = small_network("small-hiera")
    see = next(part for part in build_parts(network, {}) if part.name == "see")
    picture = torch.randn(1, 3, 128, 128)
    with torch.inference_mode():
        found = dict(zip((one.name for one in see.outputs), see.module(picture), strict=True))
        seen = network.see(picture)
        assert torch.equal(found["f16"], seen.f16_BChw)
        assert torch.equal(found["fresh"], network.recall(seen.f16_BChw, None))


def test_a_given_mask_is_read_as_the_network_reads_it() -> None:
    network = small_network("small-lite")
    part = next(part for part in build_parts(network, {}) if part.name == "read_given_mask")
    examples = [one.example for one in part.inputs]
    with torch.inference_mode():
        logits, presence, pointer, memory = part.module(*examples)
        said = network.read_given_mask(Features(*examples[:3]), examples[3])
        assert torch.allclose(logits, said.mask_logits_BMHW[:, 0], atol=1e-5)
        assert torch.equal(presence, said.presence_B)
        assert torch.allclose(pointer, said.pointers_BMC[:, 0], atol=1e-6)
        remembered = network.remember(
            examples[0], examples[3][:, 0] * 20 - 10, presence, torch.zeros(len(presence), dtype=torch.bool)
        )
        assert torch.allclose(memory, remembered, atol=1e-5)
