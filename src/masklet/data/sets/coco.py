"""COCO and LVIS: pictures in folders, and one JSON with images, annotations and categories.

LVIS adds to each image "neg_category_ids" (looked for and not there) and "not_exhaustive_category_ids" (not all of them
are marked), and to each category its frequency and synset; they are carried along like all fields. It has no crowds.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from masklet.data.sets.annotations import derived_fields, region_from, segmentation_of, thing_fields
from masklet.data.sets.coco_index import UNNAMED, CocoIndex, file_name, find_json, picture_root
from masklet.data.sets.files import picture_size
from masklet.data.sets.issues import DataError, Issues, told_when_malformed
from masklet.data.sets.json_index import JsonParts
from masklet.data.sets.pixels_out import write_still
from masklet.data.sets.seam import Holds, Record
from masklet.data.sets.values import About, FrameTruth, Item, PictureItem, Region, Thing
from masklet.errors import InputError
from masklet.media.files import atomic_write
from masklet.media.rle import check_rle, rle_from_json, rle_to_json

_ANNOTATION = frozenset({"id", "image_id", "category_id", "segmentation", "iscrowd", "object_id", "name", "thing"})
_IMAGE = frozenset({"file_name", "width", "height", "void"})
JSON = Path("annotations/instances.json")


class Coco:
    """The Layout of COCO, or of LVIS."""

    def __init__(self, name: Literal["coco", "lvis"]) -> None:
        self.name: str = name
        self.title = "COCO" if name == "coco" else "LVIS"
        self.holds = Holds(
            "pictures", void=True, names=True, categories=True, crowd=name == "coco", polygons=True, unseen=False,
            fields=True, region_fields=True, set_fields=True, folders=True,
        )  # fmt: skip

    def recognise(self, folder: Path) -> bool:
        """A JSON of COCO's form, without videos; LVIS when its images or categories have LVIS's fields."""
        found = find_json(folder)
        if not found:
            return False
        lvis, videos = looks(found[0])
        return not videos and lvis == (self.name == "lvis")

    def open(self, folder: Path, issues: Issues) -> CocoSet:
        """The set. Raises DataError when there is no JSON, or more than one to choose from."""
        return CocoSet(self.name, folder, the_json(folder), issues)

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """The picture; the annotations are gathered into the JSON at the end."""
        assert isinstance(item, PictureItem)
        suffix = write_still(item, place / "images" / item.name, exact=exact)
        image = {key: value for key, value in item.extra.items() if key not in _IMAGE}
        image |= {"file_name": f"{item.name}{suffix}", "width": item.size[1], "height": item.size[0]}
        if item.truth.void is not None:
            image["void"] = rle_to_json(item.truth.void)
        if self.name == "lvis":
            image = {"neg_category_ids": [], "not_exhaustive_category_ids": [], **image}
        things = {thing.id: thing for thing in item.things}
        annotations = [annotation_of(r, things[r.thing], crowds=self.holds.crowd) for r in item.truth.regions]
        return {"name": item.name, "image": image, "annotations": annotations}

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """The JSON. Ids that came with the set stay when no two are alike; otherwise they are counted anew."""
        numbers = Numbers(about, records)
        with atomic_write(folder / JSON) as temporary, temporary.open("w", encoding="utf-8") as file:
            parts = {
                "images": ({**r["image"], "id": numbers.image(i, r["image"])} for i, r in enumerate(records)),
                "annotations": numbers.annotations(records),
                "categories": iter(numbers.categories),
            }
            write_json(file, about.extra, parts)


class CocoSet:
    """A PictureData over a JSON of COCO's form. See coco.Coco."""

    kind: Literal["pictures"] = "pictures"

    def __init__(self, layout: str, folder: Path, path: Path, issues: Issues) -> None:
        self.layout, self.folder, self.path, self.issues = layout, folder, path, issues

    @cached_property
    def _index(self) -> CocoIndex:
        return CocoIndex(self.path, self.issues)

    @cached_property
    def about(self) -> About:
        """See CocoIndex."""
        return self._index.about

    def names(self) -> Sequence[str]:
        """The pictures' paths without suffix, in the JSON's order."""
        return list(self._index.names)

    @told_when_malformed
    def read(self, name: str) -> PictureItem | None:
        """One picture. None when there is no such file or its head cannot be read."""
        number = self._index.names[name]
        image = dict(self._index.load(self._index.images[number]))
        path = self._root / file_name(image)
        size = self.issues.attempt(path, "picture broken", picture_size)
        if size is None:
            return None
        if (image.get("height"), image.get("width")) != size:
            what = (
                f"says {image.get('width')}x{image.get('height')} of {path.name}, which has {size[1]}x{size[0]} pixels"
            )
            self.issues.add(self.path, "size differs", what, f"image {number}")
        things, regions = self._annotations(number, size)
        void = None
        if "void" in image:
            with self.issues.catch(self.path, "annotation broken"):
                void = rle_from_json(image["void"])
                check_rle(void)
        extra = {key: value for key, value in image.items() if key not in _IMAGE}
        return PictureItem(name, size, path, things, FrameTruth(regions, frozenset(), void), extra)

    @cached_property
    def _root(self) -> Path:
        for number in list(self._index.images.values())[:50]:
            root = picture_root(self.path, file_name(self._index.load(number)))
            if root is not None:
                return root
        return self.path.parent.parent / "images"

    def _annotations(self, image: int, size: tuple[int, int]) -> tuple[tuple[Thing, ...], tuple[Region, ...]]:
        things: dict[int, Thing] = {}
        regions = []
        for place, start, stop in self._index.annotations.of(image):
            found = read_row(self._index, self._index.load((start, stop)), size, place, self.issues)
            if found is None:
                continue
            thing, region = found
            if thing.id in things:
                what = f"the id {thing.id} is another annotation's too"
                self.issues.add(self.path, "id twice", what, f"annotations[{place}]")
                continue
            things[thing.id] = thing
            regions.append(region)
        return tuple(things.values()), tuple(regions)


def read_row(
    index: CocoIndex, row: Mapping[str, Any], size: tuple[int, int], place: int, issues: Issues
) -> tuple[Thing, Region] | None:
    """One annotation's thing and region; None, and an issue, for a broken one."""
    where = f"annotations[{place}]"
    category = None
    try:
        category = index.category(row["category_id"])
    except (KeyError, TypeError):
        issues.add(index.path, "category unknown", f"category_id {row.get('category_id')!r} is no category", where)
    try:
        extra = {key: value for key, value in row.items() if key not in _ANNOTATION}
        number = int(row["object_id"] if "object_id" in row else row["id"])
        thing = Thing(number, row.get("name"), category, bool(row.get("iscrowd", 0)), dict(row.get("thing", {})))
        return thing, region_from(number, row["segmentation"], size, extra)
    except (KeyError, TypeError, ValueError) as error:
        what = str(error) if isinstance(error, InputError) else f"is no annotation: {type(error).__name__} {error}"
        issues.add(index.path, "annotation broken", what, where)
        return None


def annotation_of(region: Region, thing: Thing, *, crowds: bool) -> dict[str, Any]:
    """An annotation without the ids, which are known when all are there: "id" is the thing's, "category" a name."""
    fields = {**region.extra, **derived_fields(region), "id": thing.id, "category": thing.category}
    fields["segmentation"] = segmentation_of(region, crowd=thing.crowd)
    if crowds:
        fields["iscrowd"] = int(thing.crowd)
    own = thing_fields(Thing(thing.id, None, None, False, thing.extra))
    for key, value in (("name", thing.name), ("thing", own)):
        if value:
            fields[key] = value
    return fields


class Numbers:
    """Ids of images, annotations and categories of a set that is being written."""

    def __init__(self, about: About, records: Iterable[Record]) -> None:
        images, things = array("q"), array("q")
        kept, names = True, set()
        for record in records:
            number = record["image"].get("id")
            kept = kept and isinstance(number, int)
            images.append(number if isinstance(number, int) else 0)
            for row in record["annotations"]:
                things.append(row["id"])
                names.add(row["category"])
        self._images = images if kept and _all_differ(images) else None
        self._keeps_things = _all_differ(things) and (not things or min(things) > 0)
        self.categories, self._category = number_categories(about, names)

    def image(self, place: int, image: Mapping[str, Any]) -> int:
        """The id of the place-th image."""
        return self._images[place] if self._images is not None else place + 1

    def annotations(self, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
        """All annotations with their ids."""
        count = 0
        for place, record in enumerate(records):
            image = self.image(place, record["image"])
            for row in record["annotations"]:
                count += 1
                row = dict(row)
                row["category_id"] = self._category[row.pop("category")]
                row["image_id"] = image
                if not self._keeps_things:
                    row["object_id"], row["id"] = row["id"], count
                yield row


def number_categories(about: About, used: set[str | None]) -> tuple[list[dict[str, Any]], dict[str | None, int]]:
    """The JSON's categories, and each name's number: those of the set stay, others get the next free ones."""
    numbers: dict[str | None, int] = {c.name: c.id for c in about.categories if c.id is not None}
    free = max(numbers.values(), default=0) + 1
    rows: list[dict[str, Any]] = []
    for category in about.categories:
        if category.id is None:
            numbers[category.name], free = free, free + 1
        rows.append({**category.extra, "id": numbers[category.name], "name": category.name})
    for name in sorted(name for name in used if name is not None and name not in numbers):
        numbers[name], free = free, free + 1
        rows.append({"id": numbers[name], "name": name})
    if None in used:
        numbers[None] = free
        rows.append({"id": free, "name": UNNAMED, "unnamed": True})
    return rows, numbers


def write_json(file: Any, extra: Mapping[str, Any], parts: Mapping[str, Iterator[Any]]) -> None:
    """One object: the members of `extra`, then the long lists, an element a line."""
    file.write("{")
    for key, value in extra.items():
        if key not in parts:
            file.write(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
    for number, (key, rows) in enumerate(parts.items()):
        file.write((",\n" if number else "") + f"{json.dumps(key)}: [")
        for place, row in enumerate(rows):
            file.write((",\n" if place else "\n") + json.dumps(row, ensure_ascii=False))
        file.write("]")
    file.write("}\n")


def the_json(folder: Path) -> Path:
    """The one JSON of a folder; "instances" goes before others. Raises DataError when there is none or a choice."""
    found = find_json(folder)
    first = [path for path in found if path.name.startswith("instances")]
    if len(first) == 1:
        return first[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise DataError(f"{folder}: no JSON with images and segmentations here")
    names = ", ".join(str(path.relative_to(folder)) for path in found[:6])
    raise DataError(f"{folder}: holds several annotation files ({names}); give the one you mean instead of the folder")


def _all_differ(numbers: array[int]) -> bool:
    values = np.frombuffer(numbers, np.int64) if len(numbers) else np.zeros(0, np.int64)
    return len(np.unique(values)) == len(values)


def looks(path: Path) -> tuple[bool, bool]:
    """Whether it is LVIS's, and whether it has videos; by the first part of each member."""
    lvis = videos = False
    try:
        with JsonParts(path) as parts:
            before = None
            for part in parts.parts():
                if part.member == before:
                    continue
                before = part.member
                value = part.value if isinstance(part.value, dict) else {}
                lvis = lvis or (part.member == "images" and "neg_category_ids" in value)
                lvis = lvis or (part.member == "categories" and "synset" in value)
                videos = videos or part.member == "videos" or (part.member == "images" and "video_id" in value)
                if part.member == "images":
                    break
    except InputError:
        pass
    return lvis, videos
