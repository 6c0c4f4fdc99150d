"""SA-V's training set: VIDEO.mp4 with VIDEO_manual.json and VIDEO_auto.json, perhaps in folders (sav_000/…).

The JSON's "masklet" is a list over annotated frames (every fourth) of lists over objects of RLEs, an empty one where
the object is not seen. What the published layout has no place for stands in fields of its own beside it, and only
where it is needed: "annotated_frames" (the rows' frames, when they are not every fourth or all),
"masklet_annotated_frames" (per object, when that is not all rows), "names", "categories", "masklet_extra",
"frame_names", "video_fps", "extra".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any, Literal

from masklet.data.sets.files import files_in, first_file, folders_in
from masklet.data.sets.issues import DataError, Issues, told_when_malformed
from masklet.data.sets.json_index import read_json
from masklet.data.sets.pixels_out import write_video
from masklet.data.sets.sav_json import OURS, STRIDE, describe, rate_of
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, Region, Thing, VideoItem
from masklet.errors import InputError
from masklet.media.rle import check_rle, rle_from_json

Which = Literal["both", "manual", "auto"]
_THEIRS = ("video_id", "video_duration", "video_frame_count", "video_height", "video_width", "video_resolution")

_TRACKED = ("scores", "presences")
"""What `masklet track` writes beside SA-V's fields: per frame and object, null where it was not tracked."""


class Sav:
    """The Layout of SA-V's training set."""

    name, title = "sav", "SA-V (mp4 and JSON)"
    holds = Holds("videos", names=True, categories=True, fps="any", fields=True, stride=STRIDE, pixels=("mp4",))

    def recognise(self, folder: Path) -> bool:
        """An mp4 with a NAME_manual.json or NAME_auto.json, here or one folder down."""
        places = [folder, *(folder / name for name in folders_in(folder)[:3])]
        return any(first_file(place, ("_manual.json", "_auto.json")) is not None for place in places)

    def open(self, folder: Path, issues: Issues, which: Which = "both") -> SavSet:
        """The set. which: the masklets made by hand, those made by a model, or both."""
        return SavSet(folder, issues, which)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """The video and one or two JSON files."""
        assert isinstance(item, VideoItem)
        write_video(item, place / f"{item.name}.mp4", exact=exact)
        by_model = [t for t in item.things if t.extra.get("masklet_type") == "auto"]
        by_hand = [t for t in item.things if t.extra.get("masklet_type") != "auto"]
        for kind, things in (("manual", by_hand), ("auto", by_model)):
            if things or (kind == "manual" and not by_model):
                text = json.dumps(describe(item, things, kind), ensure_ascii=False)
                (place / f"{item.name}_{kind}.json").write_text(text, encoding="utf-8")
        return {"name": item.name}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """SA-V has no files of the set as a whole."""


class SavSet:
    """A VideoData over SA-V's files. See sav.Sav."""

    kind: Literal["videos"] = "videos"
    layout = "sav"
    about = About()

    def __init__(self, folder: Path, issues: Issues, which: Which) -> None:
        self.folder, self.issues, self._which = folder, issues, which

    @cached_property
    def _places(self) -> dict[str, Path]:
        """Each video's folder."""
        found: dict[str, Path] = {}
        for place in (self.folder, *(self.folder / name for name in folders_in(self.folder))):
            stems = {p.name.removesuffix(p.suffix) for p in files_in(place, (".mp4",))}
            noted = {p.name.removesuffix(e) for e in ("_manual.json", "_auto.json") for p in files_in(place, (e,))}
            for name in stems | noted:
                if name in found:
                    self.issues.add(place / f"{name}.mp4", "name twice", f"{found[name]} has a video of that name")
                else:
                    found[name] = place
        return dict(sorted(found.items()))

    def names(self) -> Sequence[str]:
        """The videos' names, sorted."""
        return list(self._places)

    @told_when_malformed
    def read(self, name: str) -> VideoItem | None:
        """One video. None when it has no JSON that can be read."""
        place = self._places[name]
        video = place / f"{name}.mp4"
        if not video.is_file():
            self.issues.add(video, "video missing", "has annotations, but there is no such video")
        files = [place / f"{name}_{kind}.json" for kind in ("manual", "auto") if self._which in ("both", kind)]
        parts = [part for path in files if path.is_file() and (part := self._part(path, video)) is not None]
        if not parts:
            if not any(path.is_file() for path in files):
                self.issues.add(video, "annotations missing", "there is no JSON of its masklets")
            return None
        for part, path in zip(parts[1:], files[1:], strict=False):
            if (part.size, len(part)) != (parts[0].size, len(parts[0])):
                self.issues.add(path, "size differs", "speaks of another size or length than the manual one")
                parts = parts[:1]
        return replace(joined(parts) if len(parts) > 1 else parts[0], name=name)

    def _part(self, path: Path, video: Path) -> VideoItem | None:
        try:
            return _Reading(path, read_json(path), self.issues).item(video)
        except InputError as error:
            if self.issues.strict:
                raise
            text = str(error).removeprefix(str(path)).lstrip(",: ")
            self.issues.add(path, "JSON broken", text)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, OverflowError) as error:
            said = f"is not of SA-V's form: {type(error).__name__} {error}"
            self.issues.add(path, "JSON broken", said)
        return None


def read_masklets(path: Path, issues: Issues) -> VideoItem:
    """The masklets of one JSON file of SA-V's form, without its video. Raises DataError when it is not of that form."""
    try:
        return _Reading(path, read_json(path), issues).item(path)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise DataError(f"{path}: is not of SA-V's form: {type(error).__name__} {error}") from None


class _Reading:
    """One JSON file into an item."""

    def __init__(self, path: Path, data: Mapping[str, Any], issues: Issues) -> None:
        self._path, self._data, self._issues = path, data, issues
        self._size = int(data["video_height"]), int(data["video_width"])
        self._count = int(data["video_frame_count"])
        self._rows: list[list[Any]] = data["masklet"]
        self._ids = [int(i) for i in data.get("masklet_id", range(len(self._rows[0]) if self._rows else 0))]

    def item(self, video: Path) -> VideoItem:
        data = self._data
        frames = self._frames()
        said: list[Any] = data.get("masklet_annotated_frames") or [None] * len(self._ids)
        listed = [None if one is None else frozenset(one) for one in said]
        truths: dict[int, FrameTruth] = {}
        for row_number, (t, row) in enumerate(zip(frames, self._rows, strict=False)):
            if len(row) != len(self._ids):
                what = f"has {len(row)} masks for {len(self._ids)} objects"
                self._issues.add(self._path, "masks missing", what, f"frame {t}")
                continue
            told = [i for i, one in enumerate(listed) if (one is None or t in one) and self._tracked(row_number, i)]
            regions = tuple(r for i in told if (r := self._region(t, i, row[i])) is not None and r.area)
            there = {region.thing for region in regions}
            broken = {self._ids[i] for i in told if row[i] is None}
            truths[t] = FrameTruth(regions, frozenset(self._ids[i] for i in told) - there - broken)
        names = data.get("frame_names") or [f"{t:05d}" for t in range(self._count)]
        own = {key for key in data if key.startswith("masklet")} | {*OURS, *_THEIRS, *_TRACKED, "video_fps"}
        extra = {**{key: value for key, value in data.items() if key not in own}, **data.get("extra", {})}
        things = self._things()
        return VideoItem("", self._size, tuple(map(str, names)), video, things, truths, self._fps(), extra)

    def _tracked(self, row: int, i: int) -> bool:
        """Whether a file of `masklet track` has the object on that frame; of other makers all have."""
        columns = [self._data[key] for key in _TRACKED if key in self._data]
        return not columns or any(column[row][i] is not None for column in columns)

    def _frames(self) -> list[int]:
        """Which frame each row is of."""
        rows, count = len(self._rows), self._count
        if self._data.get("annotated_frames") is not None:
            return [int(t) for t in self._data["annotated_frames"]]
        if rows == count:
            return list(range(count))
        strides = [STRIDE, *range(1, max(count, 1) + 1)]
        stride = next((s for s in strides if ceil(count / s) == rows), None)
        if stride is None:
            what = f"has masks for {rows} frames, and the video has {count}: not every frame, nor every fourth"
            self._issues.add(self._path, "frame count", what)
            stride = STRIDE
        return [t for t in range(0, rows * stride, stride) if t < count]

    def _region(self, t: int, i: int, rle: Any) -> Region | None:
        if rle is None:
            return None
        try:
            whole = rle_from_json(rle)
            check_rle(whole)
        except InputError as error:
            self._issues.add(self._path, "mask broken", str(error), f"frame {t}, object {self._ids[i]}")
            return None
        if tuple(whole["size"]) != self._size:
            what = f"a mask of {whole['size'][1]}x{whole['size'][0]} in a video of {self._size[1]}x{self._size[0]}"
            self._issues.add(self._path, "size differs", what, f"frame {t}, object {self._ids[i]}")
            return None
        return Region(self._ids[i], whole)

    def _things(self) -> tuple[Thing, ...]:
        data, count = self._data, len(self._ids)
        fields = [
            key
            for key, value in data.items()
            if key.startswith("masklet_") and key not in ("masklet_id", "masklet_num", "masklet_stability_score", *OURS)
            if isinstance(value, list) and len(value) == count
        ]
        scores = data.get("masklet_stability_score") or []
        names, categories = data.get("names") or [None] * count, data.get("categories") or [None] * count
        things = []
        for i, number in enumerate(self._ids):
            extra = {key: data[key][i] for key in fields if data[key][i] is not None}
            if scores and all(len(row) == count for row in scores):
                extra["masklet_stability_score"] = [row[i] for row in scores]
            for key in (key for key in _TRACKED if key in data):
                extra[f"masklet_{key}"] = [row[i] for row in data[key]]
            extra |= (data.get("masklet_extra") or [{}] * count)[i]
            things.append(Thing(number, names[i], categories[i], False, extra))
        return tuple(things)

    def _fps(self) -> float | None:
        if "video_fps" in self._data:
            fps = self._data["video_fps"]
            return None if fps is None else float(fps)
        return rate_of(self._count, float(self._data["video_duration"]))


def joined(parts: Sequence[VideoItem]) -> VideoItem:
    """Manual and auto masklets in one item; auto ones whose number is taken get a new one, the old stays in extra."""
    first, second = parts
    taken = {thing.id for thing in first.things}
    free = max((*taken, *(t.id for t in second.things)), default=-1) + 1
    numbers, things = {}, []
    for thing in second.things:
        numbers[thing.id] = thing.id
        if thing.id in taken:
            numbers[thing.id], free = free, free + 1
            thing = replace(thing, id=numbers[thing.id], extra={**thing.extra, "masklet_id": thing.id})
        things.append(thing)
    truths = dict(first.truths)
    for t, truth in second.truths.items():
        before = truths.get(t, FrameTruth())
        regions = tuple(replace(region, thing=numbers[region.thing]) for region in truth.regions)
        absent = frozenset(numbers[i] for i in truth.absent)
        truths[t] = FrameTruth(before.regions + regions, before.absent | absent, before.void)
    extra = {**second.extra, **first.extra}
    return replace(first, things=first.things + tuple(things), truths=dict(sorted(truths.items())), extra=extra)
