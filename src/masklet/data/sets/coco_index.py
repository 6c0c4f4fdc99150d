"""A JSON of COCO's form, opened: where its pictures, annotations, videos and tracks lie, by one pass over the file."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from masklet.data.sets.files import files_in, folders_in, is_safe_name
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.json_index import JsonParts, Part
from masklet.data.sets.values import About, Category

_CARRIED = 1 << 20  # bytes of a foreign member that are carried along; a larger one is no remark but data
UNNAMED = "object"
"""The category written where there is none, since COCO's tools want one; "unnamed": true marks it."""


class Rows:
    """Parts of one list, by the number of the picture (or video) that they belong to; 24 bytes each."""

    def __init__(self) -> None:
        self._owners, self._spans = array("q"), array("q")
        self._order: NDArray[np.intp] | None = None

    def add(self, owner: int, part: Part) -> None:
        """One more."""
        self._owners.append(owner)
        self._spans.extend((part.start, part.stop))

    def of(self, owner: int) -> list[tuple[int, int, int]]:
        """Place in the list, first byte and the one behind the last, of all that belong to it, in the list's order."""
        owners = np.frombuffer(self._owners, np.int64)
        if not len(owners):
            return []
        if self._order is None:
            self._order = np.argsort(owners, kind="stable")
        first, last = (np.searchsorted(owners, owner, side, sorter=self._order) for side in ("left", "right"))
        return [(int(i), self._spans[2 * i], self._spans[2 * i + 1]) for i in self._order[first:last].tolist()]

    def owners(self) -> NDArray[np.int64]:
        """The owner of each, in the list's order."""
        return np.frombuffer(self._owners, np.int64)


class CocoIndex:
    """The opened file. A file that breaks off is used as far as it goes, and an issue says where it breaks.

    images: (first byte, behind the last) by id. annotations: by image id. tracks: by video id. image_rows: the ids of
    the images by video id.
    """

    def __init__(self, path: Path, issues: Issues) -> None:
        self.path, self._issues = path, issues
        self.images: dict[int, tuple[int, int]] = {}
        self.names: dict[str, int] = {}
        self.annotations, self.tracks, self.frames = Rows(), Rows(), Rows()
        self.videos: dict[int, tuple[int, int]] = {}
        self.categories: dict[int, Category] = {}
        self.extra: dict[str, Any] = {}
        self.is_video = False
        self._parts = JsonParts(path)
        try:
            for part in self._parts.parts():
                self._take(part)
        except DataError as error:
            where, _, what = str(error).removeprefix(f"{path}, ").partition(": ")
            issues.add(path, "JSON broken", what, where)
        self._check_owners()

    def load(self, span: tuple[int, int]) -> Any:
        """The part that lies there."""
        return self._parts.load(*span)

    @property
    def about(self) -> About:
        """The categories and all other members of the JSON (info, licenses …)."""
        named = (one for one in self.categories.values() if not one.extra.get("unnamed"))
        return About(categories=tuple(named), extra=self.extra)

    def category(self, number: Any) -> str | None:
        """A category's name; None for the one that stands for none, KeyError for an unknown number."""
        found = self.categories[number]
        return None if found.extra.get("unnamed") else found.name

    def _take(self, part: Part) -> None:
        takers = {
            "images": self._take_image,
            "annotations": self._take_annotation,
            "categories": self._take_category,
            "videos": self._take_video,
            "tracks": self._take_track,
        }
        taker = takers.get(part.member)
        if taker is None:
            self._carry(part)
            return
        try:
            taker(part)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            what = f"is not of COCO's form: {type(error).__name__} {error}"
            self._issues.add(self.path, f"{part.member} broken", what, f"{part.member}[{part.key}]")

    def _take_image(self, part: Part) -> None:
        number, name = int(part.value["id"]), file_name(part.value)
        if not is_safe_name(name):
            raise ValueError(f"{name!r} is no path below a folder")
        stem = name[: -len(Path(name).suffix)] if Path(name).suffix else name
        if not -(1 << 63) <= number < 1 << 63:
            raise ValueError(f"the id {number} is too large")
        if number in self.images or stem in self.names:
            where = f"images[{part.key}]"
            self._issues.add(self.path, "picture twice", f"id {number} or name {name!r} has stood above", where)
            return
        self.images[number] = part.start, part.stop
        self.names[stem] = number
        if part.value.get("video_id") is not None:
            self.frames.add(int(part.value["video_id"]), part)

    def _take_annotation(self, part: Part) -> None:
        self.annotations.add(int(part.value["image_id"]), part)

    def _take_category(self, part: Part) -> None:
        fields = dict(part.value)
        number, name = int(fields.pop("id")), str(fields.pop("name"))
        if any(other.name == name for other in self.categories.values()):
            said = f"the name {name!r} has stood above; it is called {name!r}#{number}"
            self._issues.add(self.path, "category twice", said, f"categories[{part.key}]")
            name = f"{name}#{number}"
        self.categories[number] = Category(name, number, fields)

    def _take_video(self, part: Part) -> None:
        self.is_video = True
        self.videos[int(part.value["id"])] = part.start, part.stop

    def _take_track(self, part: Part) -> None:
        self.tracks.add(int(part.value["video_id"]), part)

    def _carry(self, part: Part) -> None:
        if part.stop - part.start > _CARRIED:
            self._issues.add(self.path, "member left out", f"{part.member!r} is too large to be carried along")
        elif part.key == "":
            self.extra[part.member] = part.value
        elif isinstance(part.key, int):
            self.extra.setdefault(part.member, []).append(part.value)
        else:
            self.extra.setdefault(part.member, {})[part.key] = part.value

    def _check_owners(self) -> None:
        owners = np.unique(self.annotations.owners())
        if not len(owners):
            return
        known = np.isin(owners, np.fromiter(self.images, np.int64, len(self.images)))
        for number in owners[~known].tolist():
            count = len(self.annotations.of(number))
            self._issues.add(
                self.path, "picture unknown", f"{count} annotations of image_id {number}, which is no image"
            )


def file_name(image: Mapping[str, Any]) -> str:
    """An image's path as the JSON has it; LVIS has the last two parts of an address instead."""
    if "file_name" in image:
        return str(image["file_name"])
    return "/".join(str(image["coco_url"]).split("/")[-2:])


def find_json(folder: Path) -> list[Path]:
    """The JSON files of COCO's form that lie here or in annotations/; the file itself when one is given."""
    if folder.is_file():
        return [folder] if folder.suffix.lower() == ".json" and members(folder) else []
    found = [*files_in(folder / "annotations", (".json",)), *files_in(folder, (".json",))]
    return [path for path in found if {"images", "segmentation"} <= members(path)]


def members(path: Path) -> frozenset[str]:
    """What a JSON has; see _members. A file that has not changed is looked at once."""
    status = path.stat()
    return _members(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _members(path: Path, changed: int, size: int) -> frozenset[str]:
    """The long members a JSON begins with, and "segmentation" when its first annotation has one or there is none.

    Only the heads of long lists are parsed; the file is searched no further than it must be.
    """
    firsts: dict[str, Any] = {}
    seen: list[str] = []
    try:
        with JsonParts(path) as parts:
            seen = parts.seen
            for member, first in _firsts(parts):
                firsts[member] = first
                if {"images", "annotations"} <= firsts.keys():
                    break
    except (OSError, ValueError):
        pass  # what it begins with may be enough
    first = firsts.get("annotations", {"segmentation": None})
    marked = "annotations" in seen and isinstance(first, dict) and "segmentation" in first
    return frozenset((*seen, "segmentation") if marked else seen)


def _firsts(parts: JsonParts) -> Iterator[tuple[str, Any]]:
    before = None
    for part in parts.parts():
        if part.member != before:
            before = part.member
            yield part.member, part.value


def picture_root(path: Path, name: str) -> Path | None:
    """The folder below which an image of that name lies: beside the JSON, above it, or in a folder of these."""
    near = [path.parent, path.parent.parent]
    below = [place / inner for place in near for inner in ("images", *folders_in(place))]
    deeper = [place / inner for place in below for inner in folders_in(place)[:20]]
    for place in (*near, *below, *deeper):
        if (place / name).is_file():
            return place
    return None
