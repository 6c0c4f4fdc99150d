"""SA-1B: NAME.jpg with NAME.json: {"image": {…}, "annotations": [{"id", "segmentation" (RLE), "predicted_iou", …}]}.

"name", "category" and "iscrowd" of an annotation are other formats' and are kept beside SA-1B's own fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from masklet.data.sets.annotations import derived_fields, region_from, segmentation_of, thing_fields
from masklet.data.sets.files import files_in, first_file, folders_in, picture_size
from masklet.data.sets.issues import DataError, Issues, told_when_malformed
from masklet.data.sets.json_index import read_json
from masklet.data.sets.pixels_out import write_still
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, PictureItem, Region, Thing
from masklet.errors import InputError, MediaError

_PICTURES = (".jpg", ".jpeg")
_FIELDS = frozenset({"id", "segmentation", "name", "category", "iscrowd", "thing"})
_IMAGE = frozenset({"width", "height", "file_name"})


class Sa1b:
    """The Layout of SA-1B."""

    name, title = "sa-1b", "SA-1B"
    holds = Holds(
        "pictures", names=True, categories=True, crowd=True, unseen=False, fields=True, region_fields=True,
        folders=True, pixels=_PICTURES,
    )  # fmt: skip

    def recognise(self, folder: Path) -> bool:
        """A picture with a JSON of the same name that has "image" and "annotations"; here or one folder down."""
        for place in (folder, *(folder / name for name in folders_in(folder)[:3])):
            path = first_file(place, (".json",))
            if path is None or not any(path.with_suffix(suffix).is_file() for suffix in _PICTURES):
                continue
            with path.open("rb") as file:
                head = file.read(4096)
            return re.search(rb'^\s*\{\s*"(image|annotations)"\s*:', head) is not None
        return False

    def open(self, folder: Path, issues: Issues) -> Sa1bSet:
        """The set."""
        return Sa1bSet(folder, issues)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """The picture and its JSON."""
        assert isinstance(item, PictureItem)
        stem = place / item.name
        suffix = write_still(item, stem, exact=exact, suffix=None if _is_jpeg(item) else ".jpg")
        height, width = item.size
        clashing = {key: value for key, value in item.extra.items() if key in _IMAGE or key == "extra"}
        image: dict[str, Any] = {k: v for k, v in item.extra.items() if k not in clashing}
        image |= {"width": width, "height": height, "file_name": f"{stem.name}{suffix}"}
        if clashing:
            image["extra"] = clashing
        things = {thing.id: thing for thing in item.things}
        annotations = [_annotation(region, things[region.thing]) for region in item.truth.regions]
        text = json.dumps({"image": image, "annotations": annotations}, ensure_ascii=False)
        Path(f"{stem}.json").write_text(text, encoding="utf-8")
        return {"name": item.name}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """SA-1B has no files of the set as a whole."""


class Sa1bSet:
    """A PictureData over SA-1B's files. See sa1b.Sa1b."""

    kind: Literal["pictures"] = "pictures"
    layout = "sa-1b"
    about = About()

    def __init__(self, folder: Path, issues: Issues) -> None:
        self.folder, self.issues = folder, issues

    @cached_property
    def _names(self) -> list[str]:
        names: list[str] = []
        for inner in _folders(self.folder):
            place = self.folder / inner
            pictures = {p.name[: -len(p.suffix)]: p for p in files_in(place, _PICTURES)}
            noted = {p.stem for p in files_in(place, (".json",))}
            for stem in sorted(pictures.keys() - noted):
                self.issues.add(pictures[stem], "annotations missing", "there is no JSON of this picture")
            for stem in sorted(noted - pictures.keys()):
                self.issues.add(place / f"{stem}.json", "picture missing", "there is no picture of this name")
            names += [f"{inner}/{stem}" if inner else stem for stem in pictures.keys() & noted]
        return sorted(names)

    def names(self) -> Sequence[str]:
        """The pictures' names, sorted, with their folders."""
        return self._names

    @told_when_malformed
    def read(self, name: str) -> PictureItem | None:
        """One picture. None when its JSON or its picture's head cannot be read."""
        path = self.folder / f"{name}.json"
        picture = next((p for s in _PICTURES if (p := self.folder / f"{name}{s}").is_file()), path.with_suffix(".jpg"))
        try:
            size = picture_size(picture)
            data = read_json(path)
            image, rows = dict(data["image"]), list(data["annotations"])
        except InputError as error:
            self._refuse(error)
            return None
        except (KeyError, TypeError, ValueError):
            self._refuse(DataError(f'{path}: expected {{"image": {{…}}, "annotations": [{{…}}]}}'))
            return None
        if (image.get("height"), image.get("width")) != size:
            said = f"says {image.get('width')}x{image.get('height')}, the picture has {size[1]}x{size[0]} pixels"
            self.issues.add(path, "size differs", said)
        extra = {**{k: v for k, v in image.items() if k not in _IMAGE and k != "extra"}, **image.get("extra", {})}
        return self._item(name, path, picture, size, rows, extra)

    def _item(
        self, name: str, path: Path, picture: Path, size: tuple[int, int], rows: Sequence[Any], extra: Mapping[str, Any]
    ) -> PictureItem:
        things: list[Thing] = []
        regions: list[Region] = []
        for place, row in enumerate(rows):
            where = f"annotations[{place}]"
            try:
                thing, region = read_annotation(row, size)
            except (KeyError, TypeError, ValueError) as error:
                what = str(error) if isinstance(error, MediaError) else f"is no annotation: {error!r}"
                self.issues.add(path, "annotation broken", what, where)
                continue
            if any(thing.id == other.id for other in things):
                self.issues.add(path, "id twice", f"the id {thing.id} is another annotation's too", where)
                continue
            things.append(thing)
            regions.append(region)
        return PictureItem(name, size, picture, tuple(things), FrameTruth(tuple(regions)), extra)

    def _refuse(self, error: InputError) -> None:
        if self.issues.strict:
            raise error
        file, _, what = str(error).partition(": ")
        self.issues.add(file, "unreadable", what or "cannot be read")


def read_annotation(row: Mapping[str, Any], size: tuple[int, int]) -> tuple[Thing, Region]:
    """An annotation's thing and region. Raises MediaError, KeyError, TypeError, ValueError for a broken one."""
    extra = {key: value for key, value in row.items() if key not in _FIELDS}
    own = dict(row.get("thing", {}))
    name, category = row.get("name"), row.get("category")
    thing = Thing(int(row["id"]), name, category, bool(row.get("iscrowd", 0)), own)
    return thing, region_from(thing.id, row["segmentation"], size, extra)


def _annotation(region: Region, thing: Thing) -> dict[str, Any]:
    fields = {**region.extra, **derived_fields(region), "id": thing.id}
    rle = Region(region.thing, region.rle)
    fields["segmentation"] = segmentation_of(rle, crowd=False)
    own = thing_fields(Thing(thing.id, None, None, False, thing.extra))
    for key, value in (("name", thing.name), ("category", thing.category), ("thing", own)):
        if value:
            fields[key] = value
    if thing.crowd:
        fields["iscrowd"] = 1
    return fields


def _folders(folder: Path) -> list[str]:
    """The folder itself as "", and all below it, as paths with "/"."""
    found = [""]
    for inner in found:
        found += [f"{inner}/{name}" if inner else name for name in folders_in(folder / inner)]
    return found


def _is_jpeg(item: PictureItem) -> bool:
    return isinstance(item.file, Path) and item.file.suffix.lower() in _PICTURES
