"""Masks in one JSON: SA-V's layout, or COCO's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from masklet.app.bring_found import Found, frame_numbers
from masklet.data.sets.coco import read_row
from masklet.data.sets.coco_index import CocoIndex, file_name, members
from masklet.data.sets.issues import Issues
from masklet.errors import InputError, MediaError
from masklet.media.masks_out import read_masklets
from masklet.media.rle import check_rle, mask_area

_TRACK = ("object_id", "track_id", "instance_id")  # where tools keep an object's number through a video
_HARMLESS = ("category unknown", "category twice", "member left out")


def read_json(path: Path, found: Found) -> None:
    """Add what the file holds. Raises InputError, one line."""
    if "images" in members(path):
        _read_coco(path, found)
    else:
        _read_sav(path, found)


def _read_sav(path: Path, found: Found) -> None:
    try:
        held = read_masklets(path)
    except MediaError as error:
        raise InputError("the JSON is neither SA-V's (video_id, masklet) nor COCO's (images, annotations)") from error
    if held.size != found.size:
        raise InputError(found.unlike(0, held.size))
    for order, masklet in enumerate(held.masklets):
        for frame, rle in masklet.rles.items():
            if masklet.presences or mask_area(rle):
                check_rle(rle)
                scores = {"score": masklet.scores.get(frame, 1.0), "presence": masklet.presences.get(frame)}
                found.add(order, masklet.name, frame, rle, **scores)  # type: ignore[arg-type]


def _read_coco(path: Path, found: Found) -> None:
    issues = Issues()
    index = CocoIndex(path, issues)
    images = {number: index.load(span) for number, span in index.images.items()}
    frames = dict(zip(images, _frames_of(images, found.frames), strict=True))
    for number, frame in frames.items():
        image, count = images[number], Counter[str]()
        size = image.get("height", found.size[0]), image.get("width", found.size[1])
        if size != found.size and 0 <= frame < found.frames:
            raise InputError(found.unlike(frame, size))
        for place, start, stop in index.annotations.of(number):
            row = index.load((start, stop))
            read = read_row(index, row, found.size, place, issues)
            if read is None:
                break
            thing, region = read
            name = thing.name or thing.category or "object"
            count[name] += 1
            # without a number of its own, an object is the first, second … of its kind on each frame
            key: Hashable = _track(row)
            key = (name, count[name]) if key is None else key
            found.add(key, name, frame, region.rle, score=_score(row))
    wrong = next((one for one in issues if one.kind not in _HARMLESS), None)
    if wrong is not None:
        raise InputError(f"the JSON{', ' if wrong.where else ''}{wrong.where}: {wrong.what}")


def _frames_of(images: Mapping[int, Mapping[str, Any]], frames: int) -> list[int]:
    told = [one.get("frame_index", one.get("frame_id")) for one in images.values()]
    if told and all(isinstance(number, int) for number in told) and len(set(told)) == len(told):
        return [int(number) for number in told]  # type: ignore[arg-type]
    return frame_numbers([file_name(one) for one in images.values()], frames)


def _track(row: Mapping[str, Any]) -> Hashable:
    """An object's number through the video, where there is one; CVAT keeps it among the attributes."""
    inner = row.get("attributes")
    for place in (row, inner if isinstance(inner, Mapping) else {}):
        for key in _TRACK:
            if isinstance(place.get(key), int | str):
                return key, place[key]
    return None


def _score(row: Mapping[str, Any]) -> float:
    score = row.get("score")
    return min(1.0, max(0.0, float(score))) if isinstance(score, int | float) else 1.0
