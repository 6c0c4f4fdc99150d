"""Videos as folders of pictures with a label map per frame: what DAVIS, YouTube-VOS, MOSE and LVOS share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from masklet.data.sets.files import PICTURES, files_in, first_folder, folders_in, picture_size
from masklet.data.sets.issues import DataError, Issues, told_when_malformed
from masklet.data.sets.label_maps import (
    VOID,
    grey_png,
    label_map_of,
    palette_png,
    read_label_map,
    regions_of,
    shows_one_object,
)
from masklet.data.sets.values import About, FrameTruth, Region, Thing, VideoItem
from masklet.media.rle import decode_mask

Listed = Callable[[Sequence[str]], frozenset[str]]
"""From a video's frame names, those on which something is said of an object."""


@dataclass(frozen=True)
class ObjectNote:
    """What a set's JSON says of one object. listed: on which frames it is annotated, None for all there are."""

    thing: Thing
    listed: Listed | None = None


@dataclass(frozen=True)
class VideoNote:
    """What a set's JSON says of one video."""

    objects: Mapping[int, ObjectNote]
    extra: Mapping[str, Any] = field(default_factory=dict)


Notes = Callable[[str, Issues], VideoNote | None]


class VosSet:
    """A VideoData over JPEGImages/VIDEO/*.jpg and Annotations/VIDEO/*.png. Folders are listed when they are needed.

    notes: what the set's JSON says of a video, None where there is no JSON. noted: the videos it names.
    """

    kind: Literal["videos"] = "videos"

    def __init__(
        self,
        layout: str,
        folder: Path,
        issues: Issues,
        *,
        notes: Notes | None = None,
        noted: Sequence[str] = (),
        about: Callable[[VosSet], About] | None = None,
    ) -> None:
        self.layout, self.folder, self.issues = layout, folder, issues
        self._pictures, self._annotations = picture_and_annotation_folders(folder)
        self._notes, self._noted, self._about = notes, noted, about

    @cached_property
    def about(self) -> About:
        """What the set says of itself."""
        return self._about(self) if self._about else About()

    @cached_property
    def _names(self) -> list[str]:
        names = folders_in(self._pictures)
        for left_over, where, what in (
            (
                set(folders_in(self._annotations)) - set(names),
                self._annotations,
                "annotations of a video without pictures",
            ),
            (set(self._noted) - set(names), self._pictures, "the set's JSON names it, but it has no pictures"),
        ):
            for name in sorted(left_over):
                self.issues.add(where / name, "pictures missing", what)
        return names

    def names(self) -> Sequence[str]:
        """The videos' folders, sorted."""
        return self._names

    @told_when_malformed
    def read(self, name: str) -> VideoItem | None:
        """One video. None when it has no pictures or the first cannot be read."""
        found = frames_in(self._pictures / name, self.issues)
        if found is None:
            return None
        files, size = found
        frame_names = tuple(file.stem for file in files)
        if len(set(frame_names)) < len(frame_names):
            self.issues.add(self._pictures / name, "frame names", "two pictures differ in their suffix alone")
            return None
        maps = self._label_maps(name, frame_names, size)
        return self._item(name, size, frame_names, tuple(files), maps)

    def _label_maps(
        self, name: str, frame_names: Sequence[str], size: tuple[int, int]
    ) -> dict[int, dict[int, dict[str, Any]]]:
        """By frame, the RLE of every number."""
        place = {frame: t for t, frame in enumerate(frame_names)}
        maps: dict[int, dict[int, dict[str, Any]]] = {}
        binary: bool | None = None
        for path in files_in(self._annotations / name, (".png",)):
            t = place.get(path.stem)
            if t is None:
                self.issues.add(path, "frame missing", "annotates a frame that has no picture")
                continue
            labels = self.issues.attempt(path, "annotation broken", read_label_map)
            if labels is None:
                continue
            if labels.shape != size:
                said = f"{labels.shape[1]}x{labels.shape[0]} pixels, the video {size[1]}x{size[0]}"
                self.issues.add(path, "size differs", said)
                continue
            if binary is None and self._notes is None and labels.any():
                binary = shows_one_object(path, labels)
            maps[t] = regions_of(np.where(labels > 127, 1, 0).astype(np.uint16) if binary else labels)
        return maps

    def _item(
        self,
        name: str,
        size: tuple[int, int],
        frame_names: tuple[str, ...],
        files: tuple[Path, ...],
        maps: Mapping[int, Mapping[int, dict[str, Any]]],
    ) -> VideoItem:
        note = self._notes(name, self.issues) if self._notes else None
        seen = {number for found in maps.values() for number in found} - {VOID}
        noted = note.objects if note else {}
        if note:
            for number in sorted(seen - set(noted)):
                self.issues.add(self._annotations / name, "object unknown", f"object {number} is not in the set's JSON")
        things = tuple(noted[n].thing if n in noted else Thing(n) for n in sorted(seen | set(noted)))
        listed = {n: one.listed(frame_names) for n, one in noted.items() if one.listed}
        truths = {}
        for t, found in maps.items():
            frame = frame_names[t]
            regions = tuple(Region(number, rle) for number, rle in found.items() if number != VOID)
            absent = frozenset(
                thing.id
                for thing in things
                if thing.id not in found and (thing.id not in listed or frame in listed[thing.id])
            )
            truths[t] = FrameTruth(regions, absent, found.get(VOID))
        return VideoItem(name, size, frame_names, files, things, truths, None, note.extra if note else {})


def frames_in(folder: Path, issues: Issues) -> tuple[list[Path], tuple[int, int]] | None:
    """A video's pictures, and the (height, width) of the first; None, and an issue, where that cannot be had."""
    files = files_in(folder, PICTURES)
    if not files:
        issues.add(folder, "pictures missing", "no pictures in this folder")
        return None
    size = issues.attempt(files[0], "picture broken", picture_size)
    return None if size is None else (files, size)


def picture_and_annotation_folders(folder: Path) -> tuple[Path, Path]:
    """JPEGImages and Annotations, with the folder of the resolution behind them where there is one (480p first).

    Raises DataError when there is no JPEGImages.
    """
    pictures, annotations = folder / "JPEGImages", folder / "Annotations"
    if not pictures.is_dir():
        raise DataError(f"{folder}: no folder JPEGImages here")
    if (pictures / "480p").is_dir():
        return pictures / "480p", annotations / "480p"
    first = first_folder(pictures)
    if first is not None and first_folder(first) is not None:
        level = next((name for name in folders_in(pictures) if first_folder(pictures / name)), first.name)
        return pictures / level, annotations / level
    return pictures, annotations


def write_label_maps(item: VideoItem, folder: Path, *, binary: bool = False) -> None:
    """Annotations of all annotated frames. binary: 0 and 255 in grey, as DAVIS 2016 has them."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {thing.id: thing.id for thing in item.things}
    for t, truth in item.truths.items():
        labels = label_map_of(item.size, truth.regions, numbers)
        if binary:
            data = grey_png((labels > 0).astype(np.uint8) * np.uint8(VOID))
        else:
            if truth.void is not None:
                labels[decode_mask(truth.void) & (labels == 0)] = VOID
            data = palette_png(labels)
        (folder / f"{item.frame_names[t]}.png").write_bytes(data)


def annotated_frames(item: VideoItem, thing: int) -> list[int]:
    """The frames on which something is said of a thing, in order."""
    return [
        t
        for t, truth in sorted(item.truths.items())
        if thing in truth.absent or any(region.thing == thing for region in truth.regions)
    ]
