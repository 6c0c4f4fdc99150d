"""Plain folders: NAME.jpg with NAME.png, a label map of up to 65,535 objects; any folders above them.

An `index.jsonl` may say what belongs to the set, a line a picture: {"picture": path, "objects": count}, with "labels"
where the label map is not the picture's path ending in .png. Written by masklet, it tells names and categories too:
"things": {"1": {"name", "category", …}}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from masklet.data.sets.files import PICTURES, files_in, folders_in, is_safe_name, picture_size
from masklet.data.sets.issues import Issues, told_when_malformed
from masklet.data.sets.label_maps import grey_png, label_map_of, read_label_map, regions_of
from masklet.data.sets.pixels_out import write_still
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, PictureItem, Region, Thing
from masklet.media.files import atomic_write

_INDEX = "index.jsonl"
_OWN = frozenset({"picture", "labels", "objects", "things"})


class Plain:
    """The Layout of plain folders."""

    name, title = "plain", "pictures with label maps"
    holds = Holds(
        "pictures", ids=(1, 65535), overlaps=False, names=True, categories=True, unseen=False, fields=True, folders=True
    )

    def recognise(self, folder: Path) -> bool:
        """An index.jsonl, or a picture with a PNG of the same name; here or up to two folders down."""
        if (folder / _INDEX).is_file():
            return True
        places = [folder]
        for _ in range(3):
            for place in places:
                stems = {path.stem for path in files_in(place, (".png",))}
                if any(path.stem in stems for path in files_in(place, PICTURES) if path.suffix.lower() != ".png"):
                    return True
            places = [place / name for place in places for name in folders_in(place)[:5]]
        return False

    def open(self, folder: Path, issues: Issues) -> PlainSet:
        """The set."""
        return PlainSet(folder, issues)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """The picture and its label map (16 bits when an object's number needs them)."""
        assert isinstance(item, PictureItem)
        stem = place / item.name
        suffix = write_still(item, stem, exact=exact)
        labels = f"{item.name}.png" if suffix != ".png" else f"{item.name}.labels.png"
        numbers = {thing.id: thing.id for thing in item.things}
        values = label_map_of(item.size, item.truth.regions, numbers)
        data = grey_png(values if values.max() > 255 else values.astype("uint8"))
        (place / labels).write_bytes(data)
        line: dict[str, Any] = {key: value for key, value in item.extra.items() if key not in _OWN}
        line |= {"picture": f"{item.name}{suffix}", "objects": len(item.things)}
        if suffix == ".png":
            line["labels"] = labels
        if things := {str(thing.id): described for thing in item.things if (described := _described(thing))}:
            line["things"] = things
        return {"name": item.name, "line": line}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The index."""
        with atomic_write(folder / _INDEX) as temporary, temporary.open("w", encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record["line"], ensure_ascii=False) + "\n")


class PlainSet:
    """A PictureData over pictures with label maps."""

    kind: Literal["pictures"] = "pictures"
    layout = "plain"
    about = About()

    def __init__(self, folder: Path, issues: Issues) -> None:
        self.folder, self.issues = folder, issues

    @cached_property
    def _rows(self) -> dict[str, tuple[int, int] | str]:
        """Per name: where its line lies in the index, or the picture's suffix where there is none."""
        index = self.folder / _INDEX
        return self._indexed(index) if index.is_file() else self._scanned()

    def names(self) -> Sequence[str]:
        """The pictures' paths without suffix: in the index's order, or sorted."""
        return list(self._rows)

    @told_when_malformed
    def read(self, name: str) -> PictureItem | None:
        """One picture. None when its head or its label map cannot be read."""
        row = self._rows[name]
        line: dict[str, Any] = {"picture": name + row} if isinstance(row, str) else self._line(*row)
        picture = self.folder / line["picture"]
        labels_file = self.folder / str(line.get("labels") or Path(line["picture"]).with_suffix(".png"))
        size = self.issues.attempt(picture, "picture broken", picture_size)
        labels = self.issues.attempt(labels_file, "annotation broken", read_label_map)
        if size is None or labels is None:
            return None
        if labels.shape != size:
            said = f"{labels.shape[1]}x{labels.shape[0]} pixels, the picture {size[1]}x{size[0]}"
            self.issues.add(labels_file, "size differs", said)
            return None
        found = regions_of(labels)
        expected = line.get("objects")
        if expected is not None and expected != len(found):
            said = f"{len(found)} objects, the index says {expected}"
            self.issues.add(labels_file, "object count", said)
        notes = line.get("things") or {}
        things = tuple(_thing(number, notes.get(str(number), {})) for number in found)
        extra = {key: value for key, value in line.items() if key not in _OWN}
        regions = tuple(Region(number, rle) for number, rle in found.items())
        return PictureItem(name, size, picture, things, FrameTruth(regions), extra)

    def _line(self, start: int, stop: int) -> dict[str, Any]:
        with (self.folder / _INDEX).open("rb") as file:
            file.seek(start)
            line: dict[str, Any] = json.loads(file.read(stop - start))
            return line

    def _indexed(self, index: Path) -> dict[str, tuple[int, int] | str]:
        rows: dict[str, tuple[int, int] | str] = {}
        at = 0
        with index.open("rb") as file:
            for number, raw in enumerate(file, 1):
                start, at = at, at + len(raw)
                if not raw.strip():
                    continue
                try:
                    line = json.loads(raw)
                    picture = line["picture"]
                    things = line.get("things") or {}
                    safe = (
                        isinstance(picture, str)
                        and is_safe_name(picture)
                        and is_safe_name(str(line.get("labels") or picture))
                    )
                    if not (safe and all(isinstance(one, dict) for one in things.values())):
                        raise ValueError
                except (ValueError, KeyError, TypeError, AttributeError):
                    what = 'expected {"picture": PATH, "objects": COUNT}, the path below the index\'s folder'
                    self.issues.add(index, "index broken", what, f"line {number}")
                    continue
                name = str(Path(picture).with_suffix("").as_posix())
                if name in rows:
                    self.issues.add(index, "name twice", f"{picture} has stood above already", f"line {number}")
                    continue
                rows[name] = start, at
        return rows

    def _scanned(self) -> dict[str, tuple[int, int] | str]:
        found: dict[str, tuple[int, int] | str] = {}
        places = [""]
        for inner in places:
            place = self.folder / inner
            maps = {path.stem: path for path in files_in(place, (".png",))}
            prefix = f"{inner}/" if inner else ""
            for picture in files_in(place, tuple(s for s in PICTURES if s != ".png")):
                if picture.stem in maps:
                    found[prefix + picture.stem] = picture.suffix
                    del maps[picture.stem]
                else:
                    self.issues.add(picture, "annotations missing", "there is no label map of this picture")
            for path in maps.values():
                self.issues.add(path, "picture missing", "there is no picture of this label map")
            places += [prefix + name for name in folders_in(place)]
        return dict(sorted(found.items()))


def _thing(number: int, fields: dict[str, Any]) -> Thing:
    rest = {key: value for key, value in fields.items() if key not in ("name", "category")}
    return Thing(number, fields.get("name"), fields.get("category"), False, rest)


def _described(thing: Thing) -> dict[str, Any]:
    fields = dict(thing.extra)
    for key, value in (("name", thing.name), ("category", thing.category)):
        if value is not None:
            fields[key] = value
    return fields
