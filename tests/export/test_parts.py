"""The parts of a network: what there is for each kind, and that their examples are what they take."""

from __future__ import annotations

import pytest

from masklet.export.graphs import describe_part
from masklet.export.parts import build_parts
from tests.model.small import CONFIGS, STILL_CONFIGS, small_network

VIDEO = ["see", "decode", "recall", "remember", "read_given_mask"]


@pytest.mark.parametrize("name", CONFIGS)
def test_a_video_network_has_all_parts(name: str) -> None:
    parts = {part.name: part for part in build_parts(small_network(name), {})}
    assert list(parts) == VIDEO
    shapes = {one.name: one.shape for one in describe_part(parts["recall"], "recall.onnx", frozenset()).inputs}
    memory = CONFIGS[name].video
    tokens = memory.perceiver.latents + memory.perceiver.side**2 if memory.perceiver else 8 * 8
    assert shapes["memories"] == ("objects", "memories", tokens, memory.channels)
    assert shapes["pointers"] == ("objects", "pointers", 128)
    decode = describe_part(parts["decode"], "decode.onnx", frozenset())
    assert {one.name: one.shape for one in decode.inputs}["points"] == ("objects", "points", 2)
    assert {one.name: one.shape for one in decode.outputs}["mask_logits"] == ("objects", 4, 32, 32)


@pytest.mark.parametrize("name", STILL_CONFIGS)
def test_a_network_of_pictures_alone_sees_and_decodes(name: str) -> None:
    parts = {part.name: part for part in build_parts(small_network(name), {})}
    assert list(parts) == ["see", "decode"]
    assert [one.name for one in parts["see"].outputs] == ["fresh"]
    assert [one.name for one in parts["decode"].outputs] == ["mask_logits", "iou"]


def test_fixed_sizes_are_numbers_and_bring_what_fills_up() -> None:
    fixed = {"objects": 2, "memories": 3, "pointers": 4, "points": 1}
    parts = {part.name: part for part in build_parts(small_network("small-lite"), fixed)}
    assert list(parts) == ["see", "decode", "decode_unprompted", "recall", "remember", "read_given_mask"]
    for part in parts.values():
        spec = describe_part(part, "x.onnx", frozenset(fixed))
        assert all(isinstance(size, int) for port in (*spec.inputs, *spec.outputs) for size in port.shape)
    assert [one.name for one in parts["recall"].inputs][-2:] == ["has_memory", "has_pointer"]
