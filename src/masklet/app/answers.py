"""Masks and prompts as JSON: as the journal keeps them and the pages get them."""

from __future__ import annotations

from typing import Any

from masklet.media.rle import encode_mask, rle_to_json
from masklet.values import ObjectFrame, Prompt


def to_json(answer: ObjectFrame) -> dict[str, Any]:
    """A mask's counts with its scores."""
    counts = rle_to_json(encode_mask(answer.mask))["counts"]
    return {"counts": counts, "score": round(float(answer.score), 4), "presence": round(float(answer.presence), 4)}


def prompt_to_json(prompt: Prompt) -> dict[str, Any]:
    """All that was said, its mask as RLE."""
    mask = None if prompt.mask is None else rle_to_json(encode_mask(prompt.mask))
    return {"points": prompt.points, "labels": prompt.labels, "box": prompt.box, "mask": mask}
