"""Synthetic clips as a data set of any format of videos that masklet writes, with a JSON of what happens when."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from masklet.data.sets.issues import DataError
from masklet.data.sets.job import Job, lay_into, mark_of, staging
from masklet.data.sets.label_maps import regions_of
from masklet.data.sets.layouts import LAYOUTS, layout_named
from masklet.data.sets.losses import fitted
from masklet.data.sets.pixels_out import JPEG_QUALITY
from masklet.data.sets.seam import Layout
from masklet.data.sets.values import About, FrameTruth, Region, Thing, VideoItem
from masklet.data.synthetic.clip import ObjectTruth, SyntheticClip
from masklet.data.synthetic.conditions import preset_named
from masklet.data.synthetic.events import Chronicle, Event
from masklet.data.synthetic.materials import Materials
from masklet.data.synthetic.paths import Size
from masklet.errors import InputError
from masklet.media.files import atomic_write
from masklet.values import Picture

Progress = Callable[[int, int], None]
"""Called with how many frames are done, and how many there are."""

FPS = 24.0
LISTING, TOLD = "synthetic.json", "synthetic"
"""The file about the whole set, and the folder with one JSON for each clip."""


@dataclass(frozen=True)
class Order:
    """What is to be written. size: (height, width). layout: the format's name. exact: pixels are kept as they are, in
    PNGs and lossless videos. The seeds are those of the space "training"."""

    target: Path
    preset: str = "mixed"
    seed: int = 0
    clips: int = 8
    frames: int = 60
    size: Size = (448, 448)
    layout: str = "davis-2017"
    exact: bool = False


@dataclass(frozen=True)
class Synthesized:
    """What was written. events: how often each kind happens."""

    names: tuple[str, ...]
    frames: int
    objects: int
    events: dict[str, int]


def synthesize(order: Order, materials: Materials, progress: Progress | None = None) -> Synthesized:
    """Write a set. What was stopped, also by a crash, goes on when it is called again, and ends with the same files.

    Raises InputError for an order that cannot be carried out, OutputError when the target holds something else or
    cannot be written.
    """
    layout = _layout(order.layout)
    if order.clips < 1:
        raise InputError(f"a set has at least 1 clip, not {order.clips}")
    _clip(order, materials, 0)  # tells of a wrong preset, seed or size before anything is written
    described = {"masklet_synthesis": 1, **_described(order), "materials": materials.name}
    with Job(order.target, described) as job:
        job.begin()
        for number in range(order.clips):
            if not job.is_done(number):
                _write(order, materials, layout, number, progress)
            if progress:
                progress((number + 1) * order.frames, order.clips * order.frames)
        notes = [job.note(number) for number in range(order.clips)]
        layout.finish(About(), job.records(order.clips), order.target)
        listing = {**described, "clips": [{"name": note["name"], "events": note["events"]} for note in notes]}
        with atomic_write(order.target / LISTING) as temporary:
            temporary.write_text(json.dumps(listing, indent=1), encoding="utf-8")
        job.finish()
    counts: dict[str, int] = {}
    for event in (event for note in notes for event in note["events"]):
        counts[event["what"]] = counts.get(event["what"], 0) + 1
    names = tuple(note["name"] for note in notes)
    return Synthesized(names, order.clips * order.frames, sum(note["objects"] for note in notes), counts)


def _layout(name: str) -> Layout:
    layout = layout_named(name)
    if layout.holds.kind != "videos":
        names = ", ".join(one.name for one in LAYOUTS if one.holds.kind == "videos")
        raise DataError(f"{name} holds pictures; clips can be written as {names}")
    return layout


def _described(order: Order) -> dict[str, Any]:
    values = asdict(order)
    del values["target"]
    return {**values, "size": list(order.size)}


def _clip(order: Order, materials: Materials, number: int) -> SyntheticClip:
    preset = preset_named(order.preset)
    return SyntheticClip(preset, materials, order.seed, number, frames=order.frames, size=order.size)


def _write(order: Order, materials: Materials, layout: Layout, number: int, progress: Progress | None) -> None:
    """One clip's files, then its mark: a clip without one is written anew."""
    clip = _clip(order, materials, number)
    name = f"{order.preset}-{number:04d}"
    part, pictures = staging(order.target, number), staging(order.target, order.clips + number)
    # What goes into a video file is encoded there; until then nothing may be lost.
    suffix = ".png" if order.exact or "mp4" in layout.holds.pixels else ".jpg"
    truths: dict[int, FrameTruth] = {}
    rows: dict[int, list[ObjectTruth]] = {k: [] for k in clip.numbers}
    chronicle = Chronicle(clip)
    for frame in clip:
        chronicle.watch(frame)
        _save(pictures / f"{frame.index:05d}{suffix}", frame.picture)
        regions = tuple(Region(k, rle) for k, rle in regions_of(frame.labels.astype("uint16")).items())
        truths[frame.index] = FrameTruth(regions, frozenset(clip.numbers) - {region.thing for region in regions})
        for k, truth in frame.objects.items():
            rows[k].append(truth)
        if progress:
            progress(number * order.frames + frame.index, order.clips * order.frames)
    frame_names = tuple(f"{t:05d}" for t in range(len(clip)))
    files = tuple(pictures / f"{frame}{suffix}" for frame in frame_names)
    things = tuple(Thing(k) for k in clip.numbers)
    item = VideoItem(name, clip.size, frame_names, files, things, truths, FPS)
    record = layout.write(fitted(item, layout.holds), part, exact=order.exact)
    events = chronicle.events()
    told = part / TOLD / f"{name}.json"
    told.parent.mkdir(parents=True)
    told.write_text(json.dumps(_told(order, materials, clip, number, events, rows)), encoding="utf-8")
    shutil.rmtree(pictures)
    lay_into(part, order.target)
    note = {
        "records": [record],
        "name": name,
        "objects": len(clip.numbers),
        "events": [event.as_json() for event in events],
    }
    with atomic_write(mark_of(order.target, number), sync=False) as temporary:
        temporary.write_text(json.dumps(note), encoding="utf-8")


def _told(
    order: Order,
    materials: Materials,
    clip: SyntheticClip,
    number: int,
    events: tuple[Event, ...],
    rows: dict[int, list[ObjectTruth]],
) -> dict[str, Any]:
    """All that is known of a clip but its masks."""
    return {
        "preset": order.preset,
        "seed": order.seed,
        "number": number,
        "frames": len(clip),
        "size": [clip.size[1], clip.size[0]],
        "materials": materials.name,
        "conditions": asdict(clip.script.conditions),
        "alike": list(clip.alike),
        "events": [event.as_json() for event in events],
        "objects": {
            str(k): {
                "visible": [round(one.visible, 5) for one in truths],
                "in_frame": [round(one.in_frame, 5) for one in truths],
                "centre": [_rounded(one.centre) for one in truths],
                "shift": [None if one.shift is None else _rounded(one.shift) for one in truths],
                "matrix": [[_rounded(row) for row in one.matrix.tolist()] for one in truths],
            }
            for k, truths in rows.items()
        },
    }


def _rounded(values: tuple[float, ...] | list[float]) -> list[float]:
    return [round(float(value), 5) for value in values]


def _save(path: Path, picture: Picture) -> None:
    if path.suffix == ".jpg":
        Image.fromarray(picture).save(path, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        Image.fromarray(picture).save(path, format="PNG", compress_level=1)
