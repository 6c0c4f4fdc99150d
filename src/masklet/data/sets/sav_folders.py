"""SA-V's val and test sets: JPEGImages_24fps/VIDEO/00000.jpg, Annotations_6fps/VIDEO/000/00000.png (one object each),
and sav_val.txt with the videos' names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from masklet.data.sets.files import files_in, folders_in
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.label_maps import Labels, mask_png, read_label_map
from masklet.data.sets.pixels_out import write_frames
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, Region, Thing, VideoItem
from masklet.data.sets.vos_folder import annotated_frames, frames_in
from masklet.media.files import atomic_write
from masklet.media.rle import decode_mask, encode_mask

_FPS = 24.0
_PICTURES, _ANNOTATIONS = "JPEGImages_24fps", "Annotations_6fps"
_RATE = re.compile(r"(JPEGImages|Annotations)_(\d+(?:\.\d+)?)fps")


class SavFolders:
    """The Layout of SA-V's val and test sets."""

    name, title = "sav-folders", "SA-V (val and test folders)"
    holds = Holds("videos", ids=(0, 10**9), fps=_FPS, unseen="marked", splits=True)

    def recognise(self, folder: Path) -> bool:
        """A folder JPEGImages_24fps, or with another rate."""
        return _named(folder, "JPEGImages") is not None

    def open(self, folder: Path, issues: Issues) -> SavFoldersSet:
        """The set. Raises DataError when there is no JPEGImages_24fps."""
        return SavFoldersSet(folder, issues)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """Pictures, and a folder of masks per object."""
        assert isinstance(item, VideoItem)
        write_frames(item, place / _PICTURES / item.name, exact=exact)
        empty = mask_png(np.zeros(item.size, bool))
        for thing in item.things:
            folder = place / _ANNOTATIONS / item.name / f"{thing.id:03d}"
            folder.mkdir(parents=True)
            for t in annotated_frames(item, thing.id):
                rle = next((r.rle for r in item.truths[t].regions if r.thing == thing.id), None)
                data = empty if rle is None else mask_png(decode_mask(rle))
                (folder / f"{item.frame_names[t]}.png").write_bytes(data)
        return {"name": item.name}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The lists: those of the set, or sav_val.txt with everything when it has none."""
        splits = dict(about.splits) or {"sav_val": tuple(record["name"] for record in records)}
        for split, names in splits.items():
            with atomic_write(folder / f"{split}.txt") as temporary:
                temporary.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


class SavFoldersSet:
    """A VideoData over SA-V's val and test folders."""

    kind: Literal["videos"] = "videos"
    layout = "sav-folders"

    def __init__(self, folder: Path, issues: Issues) -> None:
        self.folder, self.issues = folder, issues
        pictures = _named(folder, "JPEGImages")
        if pictures is None:
            raise DataError(f"{folder}: no folder JPEGImages_24fps here")
        self._pictures, self._fps = pictures
        annotations = _named(folder, "Annotations")
        self._annotations = annotations[0] if annotations else folder / _ANNOTATIONS

    @cached_property
    def about(self) -> About:
        """The lists beside the folders."""
        splits, known = {}, set(self.names())
        for path in files_in(self.folder, (".txt",)):
            lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
            if not any(line in known for line in lines):
                continue  # a licence or the like
            for number, name in enumerate(lines, 1):
                if name and name not in known:
                    self.issues.add(path, "list names nothing", f"there is no video {name!r}", f"line {number}")
            splits[path.stem] = tuple(dict.fromkeys(name for name in lines if name in known))
        return About(splits=splits)

    @cached_property
    def _names(self) -> list[str]:
        names = folders_in(self._pictures)
        for name in sorted(set(folders_in(self._annotations)) - set(names)):
            self.issues.add(self._annotations / name, "pictures missing", "annotations of a video without pictures")
        return names

    def names(self) -> Sequence[str]:
        """The videos' folders, sorted."""
        return self._names

    def read(self, name: str) -> VideoItem | None:
        """One video. None when it has no pictures or the first cannot be read."""
        found = frames_in(self._pictures / name, self.issues)
        if found is None:
            return None
        files, size = found
        frames = tuple(file.stem for file in files)
        place = {frame: t for t, frame in enumerate(frames)}
        things: list[Thing] = []
        regions: dict[int, list[Region]] = {}
        absent: dict[int, set[int]] = {}
        for folder in folders_in(self._annotations / name):
            if not folder.isdecimal():
                where = self._annotations / name / folder
                self.issues.add(where, "object unknown", "an object's folder is a number (000)")
                continue
            things.append(Thing(int(folder)))
            for path in files_in(self._annotations / name / folder, (".png",)):
                t = place.get(path.stem)
                if t is None:
                    self.issues.add(path, "frame missing", "annotates a frame that has no picture")
                    continue
                labels = self._labels(path, size)
                if labels is None:
                    continue
                if labels.any():
                    regions.setdefault(t, []).append(Region(int(folder), encode_mask(labels > 0)))
                else:
                    absent.setdefault(t, set()).add(int(folder))
        truths = {
            t: FrameTruth(tuple(regions.get(t, ())), frozenset(absent.get(t, ()))) for t in sorted({*regions, *absent})
        }
        return VideoItem(name, size, frames, tuple(files), tuple(things), truths, self._fps)

    def _labels(self, path: Path, size: tuple[int, int]) -> Labels | None:
        labels = self.issues.attempt(path, "annotation broken", read_label_map)
        if labels is not None and labels.shape != size:
            said = f"{labels.shape[1]}x{labels.shape[0]} pixels, the video {size[1]}x{size[0]}"
            self.issues.add(path, "size differs", said)
            return None
        return labels


def _named(folder: Path, what: str) -> tuple[Path, float] | None:
    for name in folders_in(folder):
        found = _RATE.fullmatch(name)
        if found and found[1] == what:
            return folder / name, float(found[2])
    return None
