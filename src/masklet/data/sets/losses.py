"""What a format cannot hold of an item, counted; and the item without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pycocotools import mask as coco

from masklet.data.sets.annotations import DERIVED
from masklet.data.sets.files import flat_name
from masklet.data.sets.pixels_out import DEFAULT_FPS, copies_frames, copies_video
from masklet.data.sets.seam import Holds
from masklet.data.sets.values import About, FrameTruth, Item, PictureItem, Region, Thing, VideoItem
from masklet.data.sets.vos_folder import annotated_frames

_FOLLOWS = DERIVED | {
    "masklet_size_rel", "masklet_size_abs", "masklet_size_bucket", "masklet_visibility_changes",
    "masklet_first_appeared_frame", "masklet_frame_count",
}  # fmt: skip
"""Fields that follow from the masks: nothing is lost with them."""
_DEFAULTS = {"masklet_type": "manual", "masklet_edited_frame_count": 0}


@dataclass(frozen=True)
class Loss:
    """Something of which `count` cannot be held. example: the first item that has it.

    note: nothing is lost, but the user should know.
    """

    what: str
    count: int
    example: str
    note: bool = False


class Tally:
    """Losses of many items, added up by what they are."""

    def __init__(self) -> None:
        self._found: dict[str, Loss] = {}

    def add(self, loss: Loss) -> None:
        """One more."""
        before = self._found.get(loss.what)
        self._found[loss.what] = loss if before is None else replace(before, count=before.count + loss.count)

    @property
    def losses(self) -> list[Loss]:
        """What is lost."""
        return [loss for loss in self._found.values() if not loss.note]

    @property
    def notes(self) -> list[Loss]:
        """What should be known."""
        return [loss for loss in self._found.values() if loss.note]


def losses_of(item: Item, holds: Holds, *, exact: bool) -> Iterator[Loss]:
    """What a format that holds this cannot hold of an item of its own kind."""
    truths = item.truths if isinstance(item, VideoItem) else {0: item.truth}
    for what, count in (
        *_of_things(item.things, truths, holds),
        *_of_masks(truths, holds),
        *_of_fields(item, truths, holds),
        *(_of_frames(item, holds) if isinstance(item, VideoItem) else ()),
        *_of_pixels(item, holds, exact),
    ):
        if count:
            yield Loss(what, count, item.name)
    if isinstance(item, VideoItem) and holds.stride and sorted(item.truths) != list(range(0, len(item), holds.stride)):
        said = f"videos not annotated on every {holds.stride}th frame, which other readers of the format expect"
        yield Loss(said, 1, item.name, True)
    if isinstance(item, VideoItem) and item.fps is None and (holds.fps == "any" and "mp4" in holds.pixels):
        yield Loss(f"videos without a frame rate, which play at {DEFAULT_FPS:g} frames per second", 1, item.name, True)
    if isinstance(item, VideoItem) and item.fps is None and isinstance(holds.fps, float):
        yield Loss(f"videos without a frame rate, taken for {holds.fps:g} frames per second", 1, item.name, True)


def losses_of_kind(item: Item, holds: Holds) -> Iterator[Loss]:
    """What is lost when an item becomes one of the other kind (see adapt)."""
    if isinstance(item, VideoItem) and holds.kind == "pictures":
        yield Loss("videos, taken apart into single pictures", 1, item.name)
        if len(item) > len(item.truths):
            yield Loss("frames of which nothing is said, left out", len(item) - len(item.truths), item.name)
        if absent := sum(len(truth.absent) for truth in item.truths.values()):
            yield Loss("marks that an object is not on a frame", absent, item.name)
        if item.fps is not None:
            yield Loss("frame rates", 1, item.name)
        if item.extra:
            yield Loss(f"fields of videos ({', '.join(sorted(item.extra))})", len(item.extra), item.name)
    if isinstance(item, PictureItem) and holds.kind == "videos":
        yield Loss("pictures, which become videos of one frame", 1, item.name, True)


def losses_of_set(about: About, holds: Holds, items: int) -> Iterator[Loss]:
    """What a format cannot hold of a set of so many items as a whole. A list of all items says nothing."""
    lists = [split for split, names in about.splits.items() if len(names) < items]
    if lists and not holds.splits:
        yield Loss(f"lists of items ({', '.join(sorted(lists))}); --split converts one of them", len(lists), "")
    if not holds.set_fields:
        if about.extra:
            yield Loss(f"fields of the set ({', '.join(sorted(about.extra))})", len(about.extra), "")
        counted = dict(zip(sorted(c.name for c in about.categories), range(1, len(about.categories) + 1), strict=True))
        if own := sum(bool(c.extra) or c.id not in (None, counted[c.name]) for c in about.categories):
            yield Loss("categories' numbers and fields", own, "")


def _of_things(things: tuple[Thing, ...], truths: Mapping[int, FrameTruth], holds: Holds) -> Iterator[tuple[str, int]]:
    seen = {region.thing for truth in truths.values() for region in truth.regions}
    marked = seen | {i for truth in truths.values() for i in truth.absent}
    kept = seen if holds.unseen is False else marked if holds.unseen == "marked" else {t.id for t in things}
    yield "objects that no frame shows", sum(thing.id not in kept for thing in things)
    if holds.one_object:
        yield "objects that become one with another", max(0, len(seen) - 1)
    if holds.ids is not None and any(not holds.ids[0] <= thing.id <= holds.ids[1] for thing in things):
        least, most = holds.ids
        room = most - least + 1
        if not holds.one_object:
            yield f"objects beyond the {room}th of a picture or video", max(0, len(things) - room)
        if not (holds.one_object and len(seen) > 1):
            said = f"object numbers, which must lie between {least} and {most} and are counted anew"
            yield said, min(len(things), room)
    if not holds.names:
        yield "names of objects", sum(thing.name is not None for thing in things)
    if not holds.categories:
        yield "categories of objects", sum(thing.category is not None for thing in things)
    if not holds.crowd:
        yield "marks that an object is a crowd", sum(thing.crowd for thing in things)


def _of_masks(truths: Mapping[int, FrameTruth], holds: Holds) -> Iterator[tuple[str, int]]:
    if not holds.overlaps:
        said = "pixels that several objects share, left to the smaller one"
        yield said, sum(overlap(truth) for truth in truths.values())
    if not holds.void:
        yield "frames with pixels that count neither way", sum(t.void is not None for t in truths.values())
    if holds.void == "beside":
        first = next((truth for _, truth in sorted(truths.items()) if truth.regions or truth.void), FrameTruth())
        yield (
            "videos whose first marked frame shows pixels that count neither way alone",
            bool(not first.regions and first.void),
        )
    if not holds.polygons:
        outlines = sum(r.polygons is not None for truth in truths.values() for r in truth.regions)
        yield "outlines of points, kept as pixels", outlines


def overlap(truth: FrameTruth) -> int:
    """How many pixels are counted more than once."""
    rles = [dict(region.rle) for region in truth.regions]
    if truth.void is not None:
        rles.append(dict(truth.void))
    if len(rles) < 2:
        return 0
    return sum(int(coco.area(rle)) for rle in rles) - int(coco.area(coco.merge(rles)))


def _of_fields(item: Item, truths: Mapping[int, FrameTruth], holds: Holds) -> Iterator[tuple[str, int]]:
    if "/" in item.name and not holds.folders:
        yield 'names with folders, whose "/" becomes "__"', 1
    if not holds.fields:
        names = set(item.extra)
        for thing in item.things:
            names |= {k for k, v in thing.extra.items() if k not in _FOLLOWS and _DEFAULTS.get(k, ...) != v}
        for name in sorted(names):
            count = (name in item.extra) + sum(name in thing.extra for thing in item.things)
            yield f"the field {name!r}", count
    if not holds.region_fields:
        own = [k for truth in truths.values() for r in truth.regions for k in r.extra if k not in _FOLLOWS]
        for name in dict.fromkeys(own):
            yield f"the field {name!r} of masks", own.count(name)


def _of_frames(item: VideoItem, holds: Holds) -> Iterator[tuple[str, int]]:
    if item.fps is not None and holds.fps not in ("any", item.fps):
        yield "frame rates", 1
    if holds.partial is not True:
        every, open_ends = sorted(item.truths), 0
        for thing in item.things:
            frames = annotated_frames(item, thing.id)
            wanted = every
            if holds.partial == "range":
                wanted = [t for t in every if frames and frames[0] <= t <= frames[-1]]
            open_ends += len(wanted) - len(frames)
        yield "marks that nothing is said of an object on a frame where others are marked", open_ends


def _of_pixels(item: Item, holds: Holds, exact: bool) -> Iterator[tuple[str, int]]:
    if "mp4" in holds.pixels:
        if isinstance(item, VideoItem) and not copies_video(item) and not exact:
            yield "videos encoded anew, not quite as they were (--exact keeps every pixel)", 1
        return
    if isinstance(item, VideoItem):
        if not copies_frames(item) and not exact:
            yield "frames of video files as JPEG, not quite as they were (--exact keeps every pixel)", len(item)
        return
    copied = isinstance(item.file, Path) and item.file.suffix.lower() in holds.pixels
    if not copied and not (exact and ".png" in holds.pixels):
        yield "pictures encoded anew as JPEG, not quite as they were", 1


def fitted(item: Item, holds: Holds) -> Item:
    """The item with what the format can number: names flat, numbers in its range, one object where it has one."""
    name = item.name if holds.folders else flat_name(item.name)
    numbers = _numbers(item, holds)
    things: dict[int, Thing] = {}
    for thing in item.things:
        if thing.id in numbers:
            things.setdefault(numbers[thing.id], replace(thing, id=numbers[thing.id]))
    if isinstance(item, PictureItem):
        return replace(item, name=name, things=tuple(things.values()), truth=_renumbered(item.truth, numbers))
    truths = {t: _renumbered(truth, numbers) for t, truth in item.truths.items()}
    return replace(item, name=name, things=tuple(things.values()), truths=truths)


def _numbers(item: Item, holds: Holds) -> dict[int, int]:
    ids = [thing.id for thing in item.things]
    if holds.one_object:
        return dict.fromkeys(ids, 1)
    if holds.ids is None or all(holds.ids[0] <= i <= holds.ids[1] for i in ids):
        return {i: i for i in ids}
    least, most = holds.ids
    return dict(zip(sorted(ids), range(least, most + 1), strict=False))


def _renumbered(truth: FrameTruth, numbers: Mapping[int, int]) -> FrameTruth:
    regions: dict[int, Region] = {}
    for region in truth.regions:
        if region.thing not in numbers:
            continue
        number = numbers[region.thing]
        if number in regions:
            merged = coco.merge([dict(regions[number].rle), dict(region.rle)])
            regions[number] = Region(number, {"size": region.rle["size"], "counts": merged["counts"]})
        else:
            regions[number] = replace(region, thing=number)
    absent = frozenset(numbers[i] for i in truth.absent if i in numbers) - set(regions)
    return FrameTruth(tuple(regions.values()), absent, truth.void)
