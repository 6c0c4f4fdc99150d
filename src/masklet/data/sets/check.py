"""A set looked through for what is broken: every annotation, and every picture decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from masklet.data.sets.seam import DataSet
from masklet.data.sets.values import Item, PictureItem, VideoItem
from masklet.errors import InputError

Step = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""


@dataclass(frozen=True)
class Checked:
    """How much was looked through. items: how many can be used."""

    items: int
    frames: int
    objects: int
    masks: int


def check_set(data: DataSet, *, pixels: bool = True, step: Step | None = None) -> Checked:
    """Look through a set; what is wrong is in `data.issues` afterwards.

    pixels: decode every picture and every video too. Raises DataError at the first issue when these are strict.
    """
    names = data.names()
    data.about  # noqa: B018  its lists may name what is not there
    items = frames = objects = masks = 0
    for done, name in enumerate(names, 1):
        item = data.read(name)
        if item is not None:
            items += 1
            frames += len(item) if isinstance(item, VideoItem) else 1
            objects += len(item.things)
            truths = item.truths.values() if isinstance(item, VideoItem) else (item.truth,)
            masks += sum(len(truth.regions) for truth in truths)
            if pixels:
                _check_pixels(data, item)
        if step:
            step(done, len(names))
    if not names:
        data.issues.add(data.folder, "empty", "the set has no items")
    return Checked(items, frames, objects, masks)


def _check_pixels(data: DataSet, item: Item) -> None:
    if isinstance(item, PictureItem):
        file = item.file if isinstance(item.file, Path) else item.file.path
        with data.issues.catch(file, "picture broken"):
            item.pixels()
    elif isinstance(item.files, Path):
        if item.files.is_file():
            _check_video(data, item, item.files)
    else:
        for file in item.files:
            _check_frame(data, item, file)


def _check_frame(data: DataSet, item: VideoItem, file: Path) -> None:
    from masklet.media.picture import read_picture

    with data.issues.catch(file, "picture broken"):
        found = read_picture(file).shape[:2]
        if found != item.size:
            said = f"{found[1]}x{found[0]} pixels, the video {item.size[1]}x{item.size[0]}"
            data.issues.add(file, "size differs", said)


def _check_video(data: DataSet, item: VideoItem, file: Path) -> None:
    with data.issues.catch(file, "video broken"), item.open_frames() as frames:
        try:
            count = sum(1 for _ in frames)
        except IndexError as error:
            raise InputError(str(error)) from None
        if frames.warning:
            data.issues.add(file, "video broken", frames.warning)
        if frames.size != item.size:
            said = f"{frames.size[1]}x{frames.size[0]} pixels, its JSON says {item.size[1]}x{item.size[0]}"
            data.issues.add(file, "size differs", said)
        if count != len(item):
            data.issues.add(file, "frame count", f"has {count} frames, its JSON says {len(item)}")
