"""A contact sheet of a set: some items, with their masks drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from masklet.data.sets.issues import DataError
from masklet.data.sets.seam import DataSet
from masklet.data.sets.values import FrameTruth, PictureItem, Thing, VideoItem
from masklet.media.overlay import colour, contact_sheet, draw_overlay
from masklet.media.rle import decode_mask
from masklet.values import Picture

_CAPTION = 22


def draw_sheet(data: DataSet, *, items: int = 8, frames: int = 4, width: int = 320) -> Picture:
    """One RGB picture: of videos a row each with `frames` of its annotated frames, of pictures `items` in rows.

    items: spread over the set. width: of each picture. An object keeps its colour through its video.
    Raises DataError when nothing of the set can be shown, MediaError for a broken picture.
    """
    names = data.names()
    shown: list[Picture] = []
    for name in spread(names, items):
        item = data.read(name)
        if isinstance(item, PictureItem):
            masks = _masks(item.things, item.truth)
            shown.append(_captioned(_drawn(item.pixels(), item.things, masks, width), f"{name}  objects: {len(masks)}"))
        elif item is not None:
            row = list(_video_row(item, frames, width))
            blank = [np.full_like(row[0], 128)] * (frames - len(row)) if row else []
            shown += row + blank
    if not shown:
        raise DataError(f"{data.folder}: none of the set's items can be shown")
    columns = frames if data.kind == "videos" else min(4, ceil(len(shown) ** 0.5))
    height = max(picture.shape[0] for picture in shown)
    widest = max(picture.shape[1] for picture in shown)
    padded = [_padded(picture, height, widest) for picture in shown]
    return contact_sheet(padded, columns)


def spread(names: Sequence[str], count: int) -> list[str]:
    """`count` of the names, as evenly as may be, the first among them."""
    if len(names) <= count:
        return list(names)
    return [names[i * len(names) // count] for i in range(count)]


def _padded(picture: Picture, height: int, width: int) -> Picture:
    left = (width - picture.shape[1]) // 2
    room = ((0, height - picture.shape[0]), (left, width - picture.shape[1] - left), (0, 0))
    return np.pad(picture, room, constant_values=128)


def _video_row(item: VideoItem, count: int, width: int) -> Iterator[Picture]:
    annotated = sorted(item.truths) or list(range(len(item)))
    places = np.unique(np.linspace(0, len(annotated) - 1, count).round().astype(int)).tolist()
    with item.open_frames() as frames:
        for t in (annotated[place] for place in places):
            masks = _masks(item.things, item.truths.get(t, FrameTruth()))
            drawn = _drawn(frames[t], item.things, masks, width)
            said = f"{item.name}  {item.frame_names[t]}  {len(masks)} of {len(item.things)}"
            yield _captioned(drawn, said)


def _masks(things: Sequence[Thing], truth: FrameTruth) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    # Larger ones first, so that a part is seen on its whole.
    regions = sorted(truth.regions, key=lambda region: -region.area)
    return {str(region.thing): decode_mask(region.rle) for region in regions}


def _drawn(
    picture: Picture,
    things: Sequence[Thing],
    masks: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]],
    width: int,
) -> Picture:
    scale = min(width / picture.shape[1], width / picture.shape[0])  # a square holds upright ones too
    width, height = (max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    small = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    fitted = {
        name: cv2.resize(mask.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST_EXACT) > 0
        for name, mask in masks.items()
    }
    colours = {str(thing.id): colour(order) for order, thing in enumerate(things)}
    return draw_overlay(small, fitted, colours=colours)


def _captioned(picture: Picture, text: str) -> Picture:
    strip = Image.new("RGB", (picture.shape[1], _CAPTION), (245, 245, 245))
    font = ImageFont.load_default(13)
    while len(text) > 4 and font.getlength(text) > picture.shape[1] - 8:
        text = f"{text[:-2].rstrip('…')}…"
    ImageDraw.Draw(strip).text((4, _CAPTION // 2), text, fill=(40, 40, 40), font=font, anchor="lm")
    return np.concatenate([picture, np.asarray(strip, np.uint8)])
