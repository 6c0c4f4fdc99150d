"""Logits made small: enough to refine a tracked frame later, at a few KB."""

from __future__ import annotations

import zlib

import numpy as np

from masklet.session.geometry import Logits

STEPS = 4  # levels per unit of logit
CLAMP = 32.0  # where SAM 2 cuts logits off before it refines them


def pack_logits(logits: Logits) -> bytes:
    """Square logits in quarters, cut off where refining cuts them off anyway."""
    levels = np.clip(np.rint(logits * STEPS), -STEPS * CLAMP, STEPS * CLAMP - 1).astype(np.int8)
    return zlib.compress(levels.tobytes(), 1)


def unpack_logits(packed: bytes) -> Logits:
    """What was packed, rounded to quarters."""
    levels = np.frombuffer(zlib.decompress(packed), np.int8)
    side = round(float(np.sqrt(levels.size)))
    return levels.reshape(side, side).astype(np.float32) / np.float32(STEPS)
