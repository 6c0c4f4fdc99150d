"""Predicted masks written in the sets' own forms, and packed as the evaluation servers take them.

indexed: VIDEO/FRAME.png, a palette PNG with the objects' numbers, one mask on another (DAVIS, YouTube-VOS, MOSE).
objects: VIDEO/OBJECT/FRAME.png, a mask each, which may overlap (SA-V). json: VIDEO.json, SA-V's JSON with RLEs.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from masklet.data.sets.label_maps import VOID, label_map_of, mask_png, regions_of
from masklet.data.sets.sav_json import describe
from masklet.data.sets.values import FrameTruth, Region, VideoItem
from masklet.data.sets.vos_folder import write_label_maps
from masklet.errors import InputError
from masklet.evaluate.answers import Predicted
from masklet.media.files import atomic_write, make_folder
from masklet.media.rle import Rle, decode_mask, mask_area

Form = Literal["indexed", "objects", "json"]
Server = Literal["davis", "mose", "youtube-vos", "sav"]

FORMS: tuple[Form, ...] = get_args(Form)
SERVERS: Mapping[Server, tuple[Form, str]] = {
    "davis": ("indexed", ""),
    "mose": ("indexed", ""),
    "youtube-vos": ("indexed", "Annotations/"),
    "sav": ("objects", ""),
}
"""The form each server takes, and the folder inside the zip in which the videos lie."""


def write_predictions(form: Form, item: VideoItem, shown: Predicted, folder: Path) -> None:
    """Write one video's masks below `folder`; what an earlier run left of that video is replaced.

    Where masks overlap, `indexed` puts the smaller one on top. Raises InputError for an unknown form, or when the form
    cannot hold an object's number; OutputError.
    """
    if form not in FORMS:
        raise InputError(f"{form!r} is no form of predictions; there are {', '.join(FORMS)}")
    guess = _as_item(item, shown)
    if form == "json":
        with atomic_write(folder / f"{item.name}.json") as temporary:
            text = json.dumps(describe(guess, guess.things, "manual"), ensure_ascii=False, allow_nan=False)
            temporary.write_text(text, encoding="utf-8")
        return
    if form == "indexed":
        _check_numbers(item)
    # a folder of files is whole once it has its name
    beside = folder / f".{item.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    make_folder(beside)
    if form == "indexed":
        write_label_maps(guess, beside)
    else:
        _write_objects(guess, beside)
    shutil.rmtree(folder / item.name, ignore_errors=True)
    beside.rename(folder / item.name)


def as_kept(form: Form, item: VideoItem, shown: Predicted) -> Predicted:
    """What a reader of the written masks finds: in a label map, only the smaller of two masks where they overlap.

    Raises InputError when the form cannot hold an object's number.
    """
    if form != "indexed":
        return shown
    _check_numbers(item)
    guess = _as_item(item, shown)
    numbers = {thing.id: thing.id for thing in item.things}
    kept: dict[int, dict[int, Rle]] = {number: {} for number in shown}
    for t, truth in guess.truths.items():
        for number, rle in regions_of(label_map_of(item.size, truth.regions, numbers)).items():
            kept[number][t] = rle
    return kept


def pack(server: Server, folder: Path, names: Iterable[str], path: Path) -> Path:
    """A zip of these videos' masks as a server takes it. Raises InputError when a video is missing; OutputError."""
    _, inside = SERVERS[server]
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            files = sorted((folder / name).rglob("*.png"))
            if not files:
                raise InputError(f"{folder / name}: no masks to pack; evaluate that video first")
            for file in files:
                archive.write(file, f"{inside}{file.relative_to(folder).as_posix()}")
    return path


def _check_numbers(item: VideoItem) -> None:
    if any(not 0 < thing.id < VOID for thing in item.things):
        raise InputError(f"{item.name}: a palette PNG holds objects 1 to 254; write the form `objects` or `json`")


def _as_item(item: VideoItem, shown: Predicted) -> VideoItem:
    """The masks as a video of a set in which every object is known on every frame."""
    numbers = [thing.id for thing in item.things]
    truths = {}
    for t in range(len(item)):
        there = [(n, shown[n][t]) for n in numbers if t in shown.get(n, {}) and mask_area(shown[n][t])]
        regions = tuple(Region(number, rle) for number, rle in there)
        truths[t] = FrameTruth(regions, frozenset(numbers) - {number for number, _ in there})
    return replace(item, truths=truths)


def _write_objects(guess: VideoItem, folder: Path) -> None:
    """A folder per object, on every frame; SA-V's server looks at those it has annotations for."""
    empty = mask_png(np.zeros(guess.size, bool))
    for thing in guess.things:
        place = make_folder(folder / f"{thing.id:03d}")
        for t, truth in guess.truths.items():
            rle = next((region.rle for region in truth.regions if region.thing == thing.id), None)
            data = empty if rle is None else mask_png(decode_mask(rle))
            (place / f"{guess.frame_names[t]}.png").write_bytes(data)
