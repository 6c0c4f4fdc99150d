"""LVOS: long videos as DAVIS has them (names of 8 digits), and a JSON that tells from where to where an object is
annotated: {"videos": {VIDEO: {"objects": {"1": {"frame_range": {"start": "1", "end": "2196", "frame_nums": "440"}}}}}}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from masklet.data.sets.issues import Issues
from masklet.data.sets.label_maps import VOID
from masklet.data.sets.pixels_out import write_frames
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, Item, VideoItem
from masklet.data.sets.vos_folder import ObjectNote, VosSet, annotated_frames, write_label_maps
from masklet.data.sets.youtube_vos import find_meta, object_fields, open_noted, thing_of, write_meta


class Lvos:
    """The Layout of LVOS."""

    name, title = "lvos", "LVOS"
    holds = Holds(
        "videos",
        ids=(1, VOID - 1),
        overlaps=False,
        void=True,
        names=True,
        categories=True,
        fields=True,
        partial="range",
    )

    def recognise(self, folder: Path) -> bool:
        """JPEGImages beside a JSON with frame ranges."""
        found = find_meta(folder)
        return found is not None and found[1] == "range"

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
            fields = object_fields(thing)
            frames = annotated_frames(item, thing.id)
            names = [item.frame_names[t] for t in (frames[:1] + frames[-1:])]
            ends = [str(int(name)) if name.isdecimal() else name for name in names] or ["", ""]
            fields["frame_range"] = {"start": ends[0], "end": ends[1], "frame_nums": str(len(frames))}
            objects[str(thing.id)] = fields
        return {"name": item.name, "video": {**item.extra, "objects": objects}}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The JSON."""
        write_meta(folder / "train_meta.json", records)


def _note(number: int, fields: Mapping[str, Any]) -> ObjectNote:
    bounds = fields.get("frame_range")
    thing = thing_of(number, fields, frozenset({"frame_range"}))
    if bounds is None:
        return ObjectNote(thing)
    start, end = str(bounds["start"]), str(bounds["end"])

    def listed(frames: Sequence[str]) -> frozenset[str]:
        first, last = _place(start, frames), _place(end, frames)
        return frozenset() if first is None or last is None else frozenset(frames[first : last + 1])

    return ObjectNote(thing, listed)


def _place(wanted: str, frames: Sequence[str]) -> int | None:
    """Where the frame of that name, or of that number, is."""
    for place, name in enumerate(frames):
        if name == wanted or (name.isdecimal() and wanted.isdecimal() and int(name) == int(wanted)):
            return place
    return None
