"""What sessions say to the network, as the arrays that exported parts take. B objects, K memories, L pointers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .manifest import PartSpec
from .protocol import NetworkPrompt, Recollection

Array = NDArray[Any]
NO_POINT = -1  # the label that fills up, and that closes a prompt


def recollection_inputs(
    group: Sequence[Recollection], memories: int, pointers: int, recall: PartSpec
) -> dict[str, Array]:
    """All that `recall` may want of objects with at most so many memories and pointers each."""
    ports = {port.name: port for port in recall.inputs}
    count = len(group)
    memory_shape, pointer_shape = (
        tuple(int(size) for size in ports[name].shape[2:]) for name in ("memories", "pointers")
    )
    each: dict[str, Array] = {
        "memories": np.zeros((count, memories, *memory_shape), np.float32),
        "slots": np.zeros((count, memories), np.int64),
        "pointers": np.zeros((count, pointers, *pointer_shape), np.float32),
        "distances": np.zeros((count, pointers), np.float32),
        "has_memory": np.zeros((count, memories), bool),
        "has_pointer": np.zeros((count, pointers), bool),
    }
    for b, one in enumerate(group):
        for k, (slot, memory) in enumerate(one.memories):
            each["memories"][b, k], each["slots"][b, k], each["has_memory"][b, k] = memory, slot, True
        for k, (distance, pointer) in enumerate(one.pointers):
            each["pointers"][b, k], each["distances"][b, k], each["has_pointer"][b, k] = pointer, distance, True
    return each


def prompt_inputs(group: Sequence[NetworkPrompt], recalled_BChw: Array, mask_size: int) -> dict[str, Array]:
    """All that a decoding part may want of prompts with equally many points."""
    if group[0].given_mask is not None:
        return {"masks": np.stack([np.asarray(one.given_mask, np.float32) for one in group])[:, None]}
    earlier = np.zeros((len(group), mask_size, mask_size), np.float32)
    for n, one in enumerate(group):
        if one.mask_logits is not None:
            earlier[n] = one.mask_logits
    return {
        "recalled": recalled_BChw,
        "points": np.stack([one.points for one in group]).astype(np.float32),
        "labels": np.stack([one.labels for one in group]).astype(np.int64),
        "earlier": earlier,
        "has_earlier": np.array([one.mask_logits is not None for one in group]),
        "surely_there": np.array([one.surely_there for one in group]),
    }
