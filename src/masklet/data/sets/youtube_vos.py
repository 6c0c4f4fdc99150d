"""YouTube-VOS and MOSE: DAVIS's pictures and label maps, and a JSON that tells categories and annotated frames.

{"videos": {VIDEO: {"objects": {"1": {"category": "penguin", "frames": ["00000", "00005"]}}}}}: `frames` are those on
which something is said of that object, so that an object that joins later is not taken as absent before. MOSE's JSON is
called meta_train.json or meta_valid.json, and may lack either field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from masklet.data.sets.files import files_in
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.json_index import JsonParts
from masklet.data.sets.label_maps import VOID
from masklet.data.sets.pixels_out import write_frames
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, Item, Thing, VideoItem
from masklet.data.sets.vos_folder import (
    Listed,
    ObjectNote,
    VideoNote,
    VosSet,
    annotated_frames,
    write_label_maps,
)
from masklet.errors import InputError
from masklet.media.files import atomic_write

_HOLDS = Holds("videos", ids=(1, VOID - 1), overlaps=False, void=True, names=True, categories=True, fields=True)


class YouTubeVos:
    """The Layout of YouTube-VOS, or of MOSE."""

    holds = _HOLDS

    def __init__(self, name: Literal["youtube-vos", "mose"]) -> None:
        self.name: str = name
        self.title = "YouTube-VOS" if name == "youtube-vos" else "MOSE"

    def recognise(self, folder: Path) -> bool:
        """JPEGImages beside a JSON with videos and objects that have no frame range."""
        found = find_meta(folder)
        if found is None or found[1] == "range":
            return False
        return self.name == ("mose" if found[1] == "length" or found[0].name != "meta.json" else "youtube-vos")

    def open(self, folder: Path, issues: Issues) -> VosSet:
        """The set; without its JSON it is read as DAVIS's layout."""
        return open_noted(self.name, folder, issues, _note)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """Pictures, label maps, and what the JSON says of the video."""
        assert isinstance(item, VideoItem)
        write_frames(item, place / "JPEGImages" / item.name, exact=exact)
        write_label_maps(item, place / "Annotations" / item.name)
        objects = {}
        for thing in item.things:
            frames = [item.frame_names[t] for t in annotated_frames(item, thing.id)]
            objects[str(thing.id)] = {**object_fields(thing), "frames": frames}
        return {"name": item.name, "video": {**item.extra, "objects": objects}}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The JSON."""
        write_meta(folder / ("meta.json" if self.name == "youtube-vos" else "meta_train.json"), records)


def find_meta(folder: Path) -> tuple[Path, Literal["frames", "length", "range"]] | None:
    """The set's JSON, in the folder or beside it, and whose it is by its first video: LVOS's has frame ranges."""
    if not (folder / "JPEGImages").is_dir():
        return None
    near = [p for p in files_in(folder, (".json",)) if "meta" in p.name]
    beside = [folder.parent / f"{folder.name}_meta.json", folder.parent / f"meta_{folder.name}.json"]
    for path in (*near, *(p for p in beside if p.is_file())):
        try:
            with JsonParts(path) as parts:
                first = next((part.value for part in parts.parts() if part.member == "videos"), None)
                named = "videos" in parts.seen
        except InputError:
            return path, "frames"
        if not named:
            continue
        if not isinstance(first, dict) or not isinstance(first.get("objects"), dict):
            return path, "frames"  # broken, which its reader tells
        objects = list(first["objects"].values())
        if any(isinstance(one, dict) and "frame_range" in one for one in objects):
            return path, "range"
        return path, "length" if "length" in first else "frames"
    return None


def open_noted(
    layout: str, folder: Path, issues: Issues, note: Callable[[int, Mapping[str, Any]], ObjectNote]
) -> VosSet:
    """The set with what its JSON says; without one it is read as DAVIS's layout. note: of an object's entry."""
    found = find_meta(folder)
    if found is None:
        return VosSet(layout, folder, issues)
    meta = MetaFile(found[0], issues, note)
    return VosSet(layout, folder, issues, notes=meta.note, noted=meta.videos)


class MetaFile:
    """The JSON of a set: where each video's part lies; a part is read when its video is."""

    def __init__(self, path: Path, issues: Issues, note: Any) -> None:
        """note: makes an ObjectNote of an object's number and fields."""
        self._note = note
        self._spans: dict[str, tuple[int, int]] = {}
        self.path = path
        self._parts: JsonParts | None = None
        try:
            self._parts = JsonParts(path)
            for part in self._parts.parts():
                if part.member == "videos":
                    self._spans[str(part.key)] = part.start, part.stop
        except DataError as error:
            issues.add(path, "JSON broken", str(error).removeprefix(str(path)).lstrip(", "))
        except InputError as error:
            issues.add(path, "JSON broken", str(error).removeprefix(str(path)).lstrip())

    @property
    def videos(self) -> Sequence[str]:
        """The names of the videos it speaks of."""
        return list(self._spans)

    def note(self, video: str, issues: Issues) -> VideoNote | None:
        """What it says of a video; None, and an issue, when that is nothing."""
        span = self._spans.get(video)
        if span is None or self._parts is None:
            issues.add(self.path, "video unknown", f"says nothing of the video {video!r}")
            return None
        fields = self._parts.load(*span)
        try:
            objects = {int(number): dict(one) for number, one in fields["objects"].items()}
        except (TypeError, ValueError, KeyError, AttributeError):
            issues.add(self.path, "JSON broken", 'expected {"objects": {NUMBER: {…}}}', f"videos.{video}")
            return None
        notes = {}
        for number, one in objects.items():
            try:
                notes[number] = self._note(number, one)
            except (TypeError, ValueError, KeyError, AttributeError):
                said = "an object's fields are of another form"
                issues.add(self.path, "JSON broken", said, f"videos.{video}.objects.{number}")
        return VideoNote(notes, {key: value for key, value in fields.items() if key != "objects"})


def thing_of(number: int, fields: Mapping[str, Any], own: frozenset[str]) -> Thing:
    """The Thing of an object's fields; `own` are the format's, the rest is carried along."""
    name, category = fields.get("name"), fields.get("category")
    extra = {key: value for key, value in fields.items() if key not in own | {"name", "category"}}
    return Thing(number, None if name is None else str(name), None if category is None else str(category), False, extra)


def object_fields(thing: Thing) -> dict[str, Any]:
    """The reverse of thing_of."""
    fields: dict[str, Any] = dict(thing.extra)
    for key, value in (("name", thing.name), ("category", thing.category)):
        if value is not None:
            fields[key] = value
    return fields


def write_meta(path: Path, records: Iterable[Record]) -> None:
    """{"videos": {…}}, a video a line. Raises OutputError."""
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write('{"videos": {')
        for number, record in enumerate(records):
            file.write(",\n" if number else "\n")
            file.write(f"{json.dumps(record['name'])}: {json.dumps(record['video'])}")
        file.write("\n}}\n")


def _note(number: int, fields: Mapping[str, Any]) -> ObjectNote:
    frames = fields.get("frames")
    listed: Listed | None = None
    if frames is not None:
        if not isinstance(frames, list):
            raise TypeError("a list of frames")
        held = frozenset(str(frame) for frame in frames)
        listed = lambda _: held  # noqa: E731
    return ObjectNote(thing_of(number, fields, frozenset({"frames"})), listed)
