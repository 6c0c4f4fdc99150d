"""Writing SA-V's JSON: what it says of a video and its objects. See sav for the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from masklet.data.sets.pixels_out import DEFAULT_FPS
from masklet.data.sets.values import Thing, VideoItem
from masklet.data.sets.vos_folder import annotated_frames
from masklet.media.rle import encode_mask, mask_area, rle_to_json

STRIDE = 4
"""SA-V annotates every fourth frame."""
OURS = ("annotated_frames", "masklet_annotated_frames", "names", "categories", "masklet_extra", "frame_names", "extra")
"""Fields beside the published ones."""


def rate_of(count: int, seconds: float) -> float | None:
    """Frames per second; None when there are neither."""
    return count / seconds if count and seconds else None


def describe(item: VideoItem, things: Sequence[Thing], kind: str) -> dict[str, Any]:
    """One JSON file of SA-V's form, with these of the item's things."""
    listed = {thing.id: annotated_frames(item, thing.id) for thing in things}
    rows = sorted({t for frames in listed.values() for t in frames})
    count, fps = len(item), item.fps or DEFAULT_FPS
    height, width = item.size
    data: dict[str, Any] = {
        "video_id": item.name,
        "video_duration": count / fps,
        "video_frame_count": float(count),
        "video_height": float(height),
        "video_width": float(width),
        "video_resolution": float(height * width),
    }
    if item.fps is None or rate_of(count, count / fps) != item.fps:
        data["video_fps"] = item.fps
    clashing = {k: v for k, v in item.extra.items() if k in data or k in OURS or k.startswith(("masklet", "video_fps"))}
    data |= {key: value for key, value in item.extra.items() if key not in clashing}
    if clashing:
        data["extra"] = clashing
    empty = rle_to_json(encode_mask(np.zeros(item.size, bool)))
    there = {t: {r.thing: rle_to_json(r.rle) for r in item.truths[t].regions} for t in rows}
    data["masklet"] = [[there[t].get(thing.id, empty) for thing in things] for t in rows]
    data["masklet_id"] = [thing.extra.get("masklet_id", thing.id) for thing in things]
    data |= _per_object(item, things, listed, kind)
    data["masklet_num"] = len(things)
    if item.frame_names != tuple(f"{t:05d}" for t in range(count)):
        data["frame_names"] = list(item.frame_names)
    if rows not in (list(range(0, count, STRIDE)), list(range(count))):
        data["annotated_frames"] = rows
    if any(frames != rows for frames in listed.values()):
        data["masklet_annotated_frames"] = [None if listed[t.id] == rows else listed[t.id] for t in things]
    return data


def _per_object(
    item: VideoItem, things: Sequence[Thing], listed: Mapping[int, list[int]], kind: str
) -> dict[str, list[Any]]:
    """SA-V's fields of each object, as they came or computed, and those of other formats."""
    columns: dict[str, list[Any]] = {}
    computed = [_measured(item, thing, listed[thing.id], kind) for thing in things]
    own = sorted({k for thing in things for k in thing.extra if k.startswith("masklet_")} - {"masklet_id"})
    for key in (*dict.fromkeys((*_MEASURED, *own)),):
        if key in ("masklet_stability_score", "masklet_extra", "masklet_num", *OURS):
            continue
        columns[key] = [t.extra.get(key, found.get(key)) for t, found in zip(things, computed, strict=True)]
    scores = [thing.extra.get("masklet_stability_score") for thing in things]
    lengths = {len(s) if isinstance(s, list) else -1 for s in scores}
    if len(lengths) == 1 and -1 not in lengths:
        columns["masklet_stability_score"] = [list(row) for row in zip(*(s or [] for s in scores), strict=True)]
    others = [{k: v for k, v in t.extra.items() if not k.startswith("masklet_")} for t in things]
    for key, values in (
        ("masklet_extra", others),
        ("names", [t.name for t in things]),
        ("categories", [t.category for t in things]),
    ):
        if any(values):
            columns[key] = values
    return columns


_MEASURED = (
    "masklet_size_rel",
    "masklet_size_abs",
    "masklet_size_bucket",
    "masklet_visibility_changes",
    "masklet_first_appeared_frame",
    "masklet_frame_count",
    "masklet_edited_frame_count",
    "masklet_type",
)


def _measured(item: VideoItem, thing: Thing, frames: Sequence[int], kind: str) -> dict[str, Any]:
    areas = []
    for t in frames:
        areas.append(next((mask_area(r.rle) for r in item.truths[t].regions if r.thing == thing.id), 0))
    seen = [area for area in areas if area]
    mean = float(np.mean(seen)) if seen else 0.0
    first = next((i for i, area in enumerate(areas) if area), None)
    visible = [area > 0 for area in areas[first or 0 :]]
    return {
        "masklet_size_rel": mean / (item.size[0] * item.size[1]),
        "masklet_size_abs": mean,
        "masklet_size_bucket": "small" if mean < 32**2 else "medium" if mean < 96**2 else "large",
        "masklet_visibility_changes": sum(a != b for a, b in pairwise(visible)),
        "masklet_first_appeared_frame": float(0 if first is None else frames[first]),
        "masklet_frame_count": len(frames),
        "masklet_edited_frame_count": 0,
        "masklet_type": kind,
    }
