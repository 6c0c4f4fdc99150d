"""Small data sets out of thin air: items with random masks, over picture files that are really there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from masklet.data.sets.issues import Issues
from masklet.data.sets.job import lay_into
from masklet.data.sets.seam import Holds, Layout
from masklet.data.sets.values import About, FrameTruth, Item, PictureItem, Region, Thing, VideoItem
from masklet.media.rle import decode_mask, encode_mask

SIZE = (18, 24)
EXTRAS = st.dictionaries(
    st.sampled_from(["source", "weather", "licence_no"]), st.integers(0, 9) | st.text("ab é", max_size=3), max_size=2
)
WORDS = st.text("abcdefgh ÄÖ-", min_size=1, max_size=8)


def blob(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A random ellipse, at least one pixel of it in the picture."""
    mask = np.zeros(size, np.uint8)
    centre = int(rng.integers(size[1])), int(rng.integers(size[0]))
    axes = int(rng.integers(0, size[1] // 2)), int(rng.integers(0, size[0] // 2))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    mask[centre[1], centre[0]] = 1
    return mask > 0


def write_frames(folder: Path, count: int, size: tuple[int, int] = SIZE, suffix: str = ".png") -> tuple[Path, ...]:
    """Pictures of noise."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(count)
    files = []
    for t in range(count):
        files.append(folder / f"{t:05d}{suffix}")
        if not files[-1].exists():
            Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)).save(files[-1])
    return tuple(files)


@st.composite
def truths(draw: Any, things: tuple[Thing, ...], holds: Holds) -> FrameTruth:
    """One frame, within what a format holds."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    free = np.ones(SIZE, bool)
    regions, absent = [], set()
    states = ["there", "absent", "unsaid"] if holds.partial is True else ["there", "absent"]
    for thing in things:
        state = draw(st.sampled_from(states))
        mask = blob(rng)
        if not holds.overlaps:
            mask &= free
        if state == "there" and mask.any():
            free &= ~mask
            extra = draw(EXTRAS) if holds.region_fields else {}
            regions.append(Region(thing.id, encode_mask(mask), None, extra))
        elif state != "unsaid":
            absent.add(thing.id)
    void = None
    if holds.void and draw(st.booleans()):
        void_mask = blob(rng) & free
        void = encode_mask(void_mask) if void_mask.any() else None
    return FrameTruth(tuple(regions), frozenset(absent), void)


@st.composite
def thing_lists(draw: Any, holds: Holds) -> tuple[Thing, ...]:
    least, most = holds.ids or (-3, 10**7)
    numbers = draw(st.lists(st.integers(least, most), max_size=1 if holds.one_object else 4, unique=True))
    return tuple(
        Thing(
            number,
            draw(st.none() | WORDS) if holds.names else None,
            draw(st.none() | st.sampled_from(["dog", "cat", "tree ö"])) if holds.categories else None,
            draw(st.booleans()) if holds.crowd else False,
            draw(EXTRAS) if holds.fields else {},
        )
        for number in numbers
    )


@st.composite
def video_items(draw: Any, holds: Holds, name: str, folder: Path, video: Path | None = None) -> VideoItem:
    things = draw(thing_lists(holds))
    count = 5
    files = write_frames(folder, count)
    annotated = draw(st.sets(st.integers(0, count - 1), min_size=1))
    found = {t: draw(truths(things, holds)) for t in sorted(annotated)}
    if holds.partial == "range":
        found = in_range(found, things, draw)
    first = next((truth for truth in found.values() if truth.regions or truth.void), FrameTruth())
    if holds.void == "beside" and not first.regions:
        found = {t: replace(truth, void=None) for t, truth in found.items()}
    fps = (
        None
        if holds.fps is None
        else draw(st.sampled_from([None, 24.0, 29.97, 12.5]))
        if holds.fps == "any"
        else holds.fps
    )
    names = tuple(f"{5 * t:05d}" for t in range(count))
    extra = draw(EXTRAS) if holds.fields else {}
    item = VideoItem(name, SIZE, names, video or files, things, found, fps, extra)
    return without_unseen(item, holds)


def in_range(found: Mapping[int, FrameTruth], things: tuple[Thing, ...], draw: Any) -> dict[int, FrameTruth]:
    """Each thing is spoken of from one annotated frame to another only."""
    places = sorted(found)
    kept = dict(found)
    for thing in things:
        first = draw(st.integers(0, len(places) - 1))
        last = draw(st.integers(first, len(places) - 1))
        for t in (*places[:first], *places[last + 1 :]):
            regions = tuple(region for region in kept[t].regions if region.thing != thing.id)
            kept[t] = replace(kept[t], regions=regions, absent=kept[t].absent - {thing.id})
    return kept


def without_unseen(item: VideoItem, holds: Holds) -> VideoItem:
    if holds.unseen is True:
        return item
    kept = {region.thing for truth in item.truths.values() for region in truth.regions}
    if holds.unseen == "marked":
        kept |= {i for truth in item.truths.values() for i in truth.absent}
    things = tuple(thing for thing in item.things if thing.id in kept)
    return replace(item, things=things, truths={t: replace(v, absent=v.absent & kept) for t, v in item.truths.items()})


@st.composite
def picture_items(draw: Any, holds: Holds, name: str, folder: Path, suffix: str = ".png") -> PictureItem:
    things = draw(thing_lists(holds))
    truth = draw(truths(things, holds))
    seen = {region.thing for region in truth.regions}
    things = tuple(thing for thing in things if thing.id in seen)
    (file, *_) = write_frames(folder, 2, suffix=suffix)
    extra = draw(EXTRAS) if holds.fields else {}
    return PictureItem(name, SIZE, file, things, FrameTruth(truth.regions, frozenset(), truth.void), extra)


def write_set(
    layout: Layout, items: Iterable[Item], folder: Path, about: About | None = None, exact: bool = True
) -> Path:
    """Items written through a format's writer."""
    records = []
    for number, item in enumerate(items):
        part = folder / f".part-{number}"
        part.mkdir(parents=True)
        records.append(layout.write(item, part, exact=exact))
        lay_into(part, folder)
    layout.finish(about or About(), records, folder)
    return folder


def read_set(layout: Layout, folder: Path, **how: Any) -> list[Item]:
    """All items, read strictly."""
    data = layout.open(folder, Issues(strict=True), **how)
    return [item for name in data.names() if (item := data.read(name)) is not None]


def said(item: Item, derived: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Everything an item says, for comparing; fields that follow from the masks are left out."""
    found: Mapping[int, FrameTruth] = item.truths if isinstance(item, VideoItem) else {0: item.truth}
    spoken = {t: one for t, one in found.items() if one.regions or one.absent or one.void}
    return {
        "name": item.name,
        "size": item.size,
        "fps": getattr(item, "fps", None),
        "frames": getattr(item, "frame_names", None),
        "extra": {k: v for k, v in item.extra.items() if k not in derived},
        "things": {
            t.id: (t.name, t.category, t.crowd, {k: v for k, v in t.extra.items() if k not in derived})
            for t in item.things
        },
        "truths": {t: frame_said(one, derived) for t, one in spoken.items()},
    }


def frame_said(truth: FrameTruth, derived: frozenset[str]) -> dict[str, Any]:
    return {
        "regions": {
            r.thing: (
                decode_mask(r.rle).tobytes(),
                r.polygons,
                {k: v for k, v in r.extra.items() if k not in derived},
            )
            for r in truth.regions
        },
        "absent": set(truth.absent),
        "void": None if truth.void is None else decode_mask(truth.void).tobytes(),
    }
