"""The graphs to be: each verb's module with an example of its inputs, and the meaning of what goes in and out.

Grouping objects by structure stays outside; what a part takes has one number of memories and points for all objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from masklet.model.network import Network
from masklet.runtime import manifest as names

from .verbs import Decode, DecodeUnprompted, ReadGivenMask, Recall, Remember, See

OBJECTS, MEMORIES, POINTERS, POINTS = "objects", "memories", "pointers", "points"
# of the examples; all different, so that no two axes are taken for one
EXAMPLE_SIZES = {OBJECTS: 3, MEMORIES: 2, POINTERS: 5, POINTS: 4}


@dataclass(frozen=True, eq=False)
class Given:
    """An input: an example of it, which of its axes may vary (index -> name), and what it means."""

    name: str
    example: Tensor
    meaning: str
    axes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An output: which of its axes vary, and what it means."""

    name: str
    meaning: str
    axes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Part:
    """One graph to be."""

    name: str
    module: nn.Module
    inputs: Sequence[Given]
    outputs: Sequence[Made]
    meaning: str


def build_parts(network: Network, fixed: Mapping[str, int], *, unprompted: bool = False) -> list[Part]:
    """Everything that a network can do. fixed: axes that get one size; where memories are fixed, pointers are too.
    unprompted: a part of its own for objects of which nothing is said, in any case: it is quicker than decode."""
    sizes = {**EXAMPLE_SIZES, **fixed}
    generator = torch.Generator().manual_seed(0)
    side = network.config.picture_size
    see = See(network)
    picture = torch.randn(1, 3, side, side, generator=generator)
    with torch.inference_mode(False), torch.no_grad():
        seen = dict(zip(see.names, see(picture), strict=True))
    parts = [_see_part(see, picture)]
    parts += _decode_parts(network, seen, sizes, generator, unprompted or POINTS in fixed)
    if network.config.memory is not None:
        parts += _memory_parts(network, seen, sizes, fixed, generator)
    return parts


FEATURE_MEANINGS = {
    "f16": "the picture's features at stride 16, for recall, remember and read_given_mask",
    "f8": "its features at stride 8, for the decoding parts",
    "f4": "its features at stride 4, for the decoding parts",
    "fresh": "its features at stride 16 as decode wants them where an object recalls nothing",
}
B_AXIS = {0: OBJECTS}


def _see_part(see: See, picture: Tensor) -> Part:
    return Part(
        names.SEE,
        see,
        [Given("picture", picture, "one picture: RGB, square, normalised as the manifest's `picture` says")],
        [Made(name, FEATURE_MEANINGS[name]) for name in see.names],
        "picture -> features",
    )


def _decode_parts(
    network: Network, seen: Mapping[str, Tensor], sizes: Mapping[str, int], g: torch.Generator, unprompted: bool
) -> list[Part]:
    config = network.config
    count, points, video = sizes[OBJECTS], sizes[POINTS], config.memory is not None
    skips = [Given(name, seen[name], FEATURE_MEANINGS[name]) for name in ("f8", "f4") if name in seen]
    recalled = Given(
        "recalled", seen["fresh"].repeat(count, 1, 1, 1), "recall's answer, or `fresh` once per object", B_AXIS
    )
    labels = torch.arange(count * points).reshape(count, points) % 5 - 1
    said = [
        Given(
            "points",
            torch.rand(count, points, 2, generator=g) * config.picture_size,
            "(x, y) in pixels of the square",
            {0: OBJECTS, 1: POINTS},
        ),
        Given("labels", labels, "what each point is: see the manifest's `labels`", {0: OBJECTS, 1: POINTS}),
        Given(
            "earlier",
            torch.randn(count, config.mask_size, config.mask_size, generator=g),
            "mask logits of an earlier answer to refine; anything where there is none",
            B_AXIS,
        ),
        Given("has_earlier", torch.arange(count) % 2 == 0, "whether there is one", B_AXIS),
    ]
    if video:
        sure = torch.arange(count) % 2 == 1
        said.append(
            Given("surely_there", sure, "the object was pointed at: its pointers are of a present object", B_AXIS)
        )
    answers = [
        Made("mask_logits", "above 0 is object; mask 0 answers clear prompts, the others ambiguous ones", B_AXIS),
        Made("iou", "predicted IoU of each mask, 0 to 1", B_AXIS),
    ]
    if config.decoder.presence:
        answers.append(Made("presence", "logits, above 0: the object is in the picture", B_AXIS))
    if video:
        answers.append(Made("pointers", "one per mask; the taken mask's is kept, to be recalled later", B_AXIS))
    made = [one.name for one in answers]
    decode = Decode(network, [one.name for one in skips], made)
    parts = [Part(names.DECODE, decode, [recalled, *skips, *said], answers, "features, prompts -> masks")]
    if unprompted:
        alone = DecodeUnprompted(network, [one.name for one in skips], made)
        meaning = "the same for objects without any point or mask on this picture"
        parts.append(Part(names.DECODE_UNPROMPTED, alone, [recalled, *skips], answers, meaning))
    return parts


def _memory_parts(
    network: Network, seen: Mapping[str, Tensor], sizes: Mapping[str, int], fixed: Mapping[str, int], g: torch.Generator
) -> list[Part]:
    config, count = network.config, sizes[OBJECTS]
    f16 = Given("f16", seen["f16"], FEATURE_MEANINGS["f16"])
    skips = [Given(name, seen[name], FEATURE_MEANINGS[name]) for name in ("f8", "f4") if name in seen]
    remembered = [
        f16,
        Given("mask_logits", torch.randn(count, config.mask_size, config.mask_size, generator=g), "as chosen", B_AXIS),
        Given("presence", torch.randn(count, generator=g), "decode's presence; ±10 for what the user says", B_AXIS),
        Given("certain", torch.arange(count) % 2 == 0, "clicked or boxed on this picture: made binary", B_AXIS),
    ]
    memory = Made("memory", "what the object looked like here, to be recalled later", B_AXIS)
    remember = Remember(network)
    square = (count, 1, config.picture_size, config.picture_size)
    masks = Given("masks", (torch.rand(square, generator=g) > 0.5).float(), "0 to 1, on the picture's square", B_AXIS)
    answers = [
        Made("mask_logits", "the mask itself, -10 to 10, at mask size", B_AXIS),
        Made("presence", "10, or -10 for an empty mask", B_AXIS),
        Made("pointer", "of the object, to be recalled later", B_AXIS),
        memory,
    ]
    return [
        _recall_part(network, f16, remember, remembered, sizes, fixed),
        Part(names.REMEMBER, remember, remembered, [memory], "features, the chosen mask -> memory"),
        Part(
            names.READ_GIVEN_MASK,
            ReadGivenMask(network, [one.name for one in skips]),
            [f16, *skips, masks],
            answers,
            "features, a mask given by the user -> what decode and remember would say of it",
        ),
    ]


def _recall_part(
    network: Network,
    f16: Given,
    remember: Remember,
    remembered: Sequence[Given],
    sizes: Mapping[str, int],
    fixed: Mapping[str, int],
) -> Part:
    count, memories, pointers = sizes[OBJECTS], sizes[MEMORIES], sizes[POINTERS]
    with torch.inference_mode(False), torch.no_grad():
        memory = remember(*(one.example for one in remembered))
    slots = (torch.arange(memories) % (network.config.video.recent + 1)).repeat(count, 1)
    by_memory, by_pointer = {0: OBJECTS, 1: MEMORIES}, {0: OBJECTS, 1: POINTERS}
    inputs = [
        f16,
        Given("memories", torch.stack([memory] * memories, dim=1), "remember's, of earlier frames", by_memory),
        Given("slots", slots, "see the manifest's `slots`", by_memory),
        Given(
            "pointers",
            torch.linspace(-1, 1, network.config.channels).repeat(count, pointers, 1),
            "decode's, of earlier frames",
            by_pointer,
        ),
        Given("distances", torch.arange(1.0, pointers + 1).repeat(count, 1), "see `distances`", by_pointer),
    ]
    if MEMORIES in fixed:  # fewer are filled up, and what fills up must not count
        has_memory = torch.arange(memories).repeat(count, 1) < max(1, memories - 1)
        has_pointer = torch.arange(pointers).repeat(count, 1) < max(1, pointers - 1)
        inputs.append(Given("has_memory", has_memory, "which memories there are; one at least", by_memory))
        inputs.append(Given("has_pointer", has_pointer, "which pointers there are", by_pointer))
    made = [Made("recalled", "the picture's features in the light of what each object recalls", B_AXIS)]
    return Part(names.RECALL, Recall(network), inputs, made, "features, memories, pointers -> features")
