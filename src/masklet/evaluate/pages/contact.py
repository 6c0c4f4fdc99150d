"""Prediction against truth over the picture: what is right, what is too much, and what is missing, each in a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from masklet.errors import MediaError
from masklet.evaluate.breakdown import error_kinds, kind_of
from masklet.evaluate.display import known_figures, main_figures, name_of, shown
from masklet.evaluate.pages.item_files import ItemFiles
from masklet.evaluate.record import FrameFigures, Item, Record
from masklet.media.overlay import Colour
from masklet.values import Mask, Picture

RIGHT: Colour = (0, 145, 255)
FALSE: Colour = (255, 120, 0)
MISSED: Colour = (255, 70, 190)
"""Azure, orange and pink: apart in lightness and in the common kinds of colour blindness."""

_TINT = 0.6
_LEAST_WINDOW = 0.4  # of the picture's sides: small objects are shown closer, never closer than this
_QUALITY = 72


@dataclass(frozen=True)
class Shot:
    """One frame drawn. caption: under it. said: what it shows, for those who do not see it. pixels: HxWx3 RGB."""

    caption: str
    said: str
    pixels: Picture


def shots(item: Item, *, most: int = 6, width: int = 256) -> tuple[Shot, ...]:
    """Some frames of an item, those that went wrong among them, in order.

    Raises MediaError when its files are not (or no longer) where the record says, or do not fit each other.
    """
    files = ItemFiles(item)
    by_index = {frame.index: frame for frame in item.frames}
    made = []
    for index in frames_to_show(item, files.annotated(), most):
        truth, prediction = files.truth(index), files.prediction(index)
        pixels, closer = draw(files.picture(index), truth, prediction, width)
        frame = by_index.get(index)
        said = f"{item.sequence}, object {item.object}, frame {index}: {_told(frame, truth, prediction)}"
        made.append(Shot(_caption(item, index, frame) + (" (closer)" if closer else ""), said, pixels))
    return tuple(made)


def frames_to_show(item: Item, annotated: Sequence[int], most: int) -> list[int]:
    """The first frame, where it first goes wrong, the worst one, and others spread evenly; at most `most`, in order."""
    chosen: dict[int, None] = {}
    if item.frames:
        bad = [frame.index for frame in item.frames if frame.j < 0.5]
        worst = min(item.frames, key=lambda frame: frame.j).index
        chosen = dict.fromkeys([item.frames[0].index, *bad[:1], worst])
    places = {round(place) for place in np.linspace(0, len(annotated) - 1, most).tolist()} if annotated else set()
    # From the end: what went wrong is mostly seen late.
    for place in sorted(places, reverse=True):
        if len(chosen) < most:
            chosen[annotated[place]] = None
    return sorted(list(chosen)[:most])


def draw(picture: Picture, truth: Mask | None, prediction: Mask | None, width: int) -> tuple[Picture, bool]:
    """The picture in faint colours with the masks over it, and whether a part of it is shown closer.

    Without a prediction the truth alone is drawn, as what is right. Raises MediaError when sizes differ.
    """
    masks = [mask for mask in (truth, prediction) if mask is not None]
    for mask in masks:
        if mask.shape != picture.shape[:2]:
            raise MediaError(f"a mask is {mask.shape[1]}x{mask.shape[0]}, its picture {_size(picture)}")
    top, bottom, left, right = _window(masks, picture.shape[:2])
    part = picture[top:bottom, left:right]
    grey = part.mean(axis=2, keepdims=True)
    drawn = 0.35 * part + 0.55 * grey
    empty = np.zeros(picture.shape[:2], np.bool_)
    there = empty if truth is None else truth
    claimed = there if prediction is None else prediction
    for region, rgb in ((there & claimed, RIGHT), (claimed & ~there, FALSE), (there & ~claimed, MISSED)):
        inside = region[top:bottom, left:right]
        drawn[inside] = (1 - _TINT) * part[inside] + _TINT * np.array(rgb)
    height = max(1, round(drawn.shape[0] * width / drawn.shape[1]))
    sized = cv2.resize(drawn.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(sized, np.uint8), (bottom - top, right - left) != picture.shape[:2]


def jpeg(pixels: Picture) -> bytes:
    """An RGB picture as a small JPEG."""
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def worst_item(record: Record, items: Sequence[Item]) -> Item:
    """Of some items of a record, the one with the lowest main figure."""
    figure = main_figures(record)[0]
    return min((one for one in items if figure in one.figures), key=lambda one: one.figures[figure])


def _window(masks: Sequence[Mask], size: tuple[int, ...]) -> tuple[int, int, int, int]:
    """top, bottom, left, right of what is shown: the masks with some room, in the picture's own proportions."""
    height, width = size[0], size[1]
    seen = np.zeros(size[:2], np.bool_)
    for mask in masks:
        seen |= mask
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return 0, height, 0, width
    share = max((rows[-1] - rows[0] + 1) / height, (columns[-1] - columns[0] + 1) / width)
    share = min(1.0, max(_LEAST_WINDOW, 1.6 * share))
    tall, wide = max(1, round(share * height)), max(1, round(share * width))
    top = int(np.clip((rows[0] + rows[-1] + 1 - tall) // 2, 0, height - tall))
    left = int(np.clip((columns[0] + columns[-1] + 1 - wide) // 2, 0, width - wide))
    return top, top + tall, left, left + wide


def _caption(item: Item, index: int, frame: FrameFigures | None) -> str:
    if frame is None:
        told = [f"{name_of(name)} {shown(name, item.figures[name])}" for name in known_figures(item.figures)]
        return "; ".join(told) or f"frame {index}"
    kind = error_kinds([Item(item.sequence, item.object, frames=(frame,))])[kind_of(frame)].name
    return f"frame {index}: J {100 * frame.j:.0f}, {kind}"


def _told(frame: FrameFigures | None, truth: Mask | None, prediction: Mask | None) -> str:
    if truth is None or prediction is None:
        return "only the truth is drawn" if truth is not None else "only the picture is there"
    right, false, missed = (
        int(np.count_nonzero(r)) for r in (truth & prediction, prediction & ~truth, truth & ~prediction)
    )
    figures = "" if frame is None else f"J {100 * frame.j:.1f}, F {100 * frame.f:.1f}; "
    return f"{figures}pixels right {right}, false {false}, missed {missed}"


def _size(picture: Picture) -> str:
    return f"{picture.shape[1]}x{picture.shape[0]}"
