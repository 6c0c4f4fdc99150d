"""Masks, clicks and boxes drawn over a picture, and sheets of many pictures."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import ceil

import cv2
import numpy as np

from masklet.values import Box, Mask, Picture, Point, Prompt

Colour = tuple[int, int, int]

# RGB, of middle lightness and full chroma, so that they stand out from black, white and grey footage alike, and
# neighbours in the list are far apart in hue. The first four keep apart in the common kinds of colour blindness.
COLOURS: tuple[Colour, ...] = (
    (0, 145, 255),  # azure
    (255, 120, 0),  # orange
    (0, 190, 120),  # green
    (232, 60, 165),  # pink
    (222, 172, 0),  # gold
    (132, 92, 250),  # violet
    (0, 180, 200),  # teal
    (240, 62, 50),  # red
    (136, 190, 20),  # lime
    (186, 112, 60),  # brown
)

_TINT = 0.45
_LEVELS = np.arange(256)
_DARKENED = (_LEVELS * 0.35).astype(np.uint8)
_GREEN: Colour = (25, 185, 70)
_RED: Colour = (230, 50, 50)
_WHITE: Colour = (255, 255, 255)
_DARK: Colour = (20, 20, 20)


def colour(order: int) -> Colour:
    """The RGB colour of the object that was named as number `order` (from 0); new hues when the list is at its end."""
    if order < len(COLOURS):
        return COLOURS[order]
    hue = (order * 0.61803398875) % 1.0  # steps of the golden ratio never repeat
    red, green, blue = colorsys.hls_to_rgb(hue, 0.5, 0.85)
    return round(red * 255), round(green * 255), round(blue * 255)


def colours_by_order(names: Iterable[str]) -> dict[str, Colour]:
    """A colour for each name, by its place among the names."""
    return {name: colour(order) for order, name in enumerate(names)}


def draw_overlay(
    picture: Picture,
    masks: Mapping[str, Mask],
    prompts: Mapping[str, Prompt] | None = None,
    *,
    colours: Mapping[str, Colour] | None = None,
) -> Picture:
    """A new HxWx3 RGB picture: each mask as a translucent tint with a crisp outline, prompts on top.

    masks: by the objects' names, HxW bool of the picture's size; later ones lie above earlier ones.
    prompts: what was clicked on this frame: a green dot with + on the object, a red one with − off it, and boxes in
    the object's colour. colours: RGB by name; without it, by the order of `masks` and then of `prompts`.
    """
    prompts = prompts or {}
    chosen = dict(colours_by_order(dict.fromkeys([*masks, *prompts])))
    chosen.update(colours or {})
    drawn = np.array(picture, order="C")
    width = _line_width(picture.shape[:2])
    for name, mask in masks.items():
        if mask.shape != picture.shape[:2]:
            raise ValueError(f"the mask of {name!r} has shape {mask.shape}, the picture {picture.shape[:2]}")
        _draw_mask(drawn, mask, chosen[name], width)
    for name, prompt in prompts.items():
        if prompt.box is not None:
            _draw_box(drawn, prompt.box, chosen[name], width)
        for point, label in zip(prompt.points, prompt.labels, strict=True):
            _draw_click(drawn, point, bool(label), width)
    return drawn


def contact_sheet(pictures: Sequence[Picture], columns: int, *, gap: int = 4) -> Picture:
    """All pictures (HxWx3) in rows of `columns`, `gap` grey pixels apart; each scaled to fit the first one's size."""
    if not pictures or columns < 1:
        raise ValueError("a contact sheet needs at least one picture and one column")
    height, width = pictures[0].shape[:2]
    columns = min(columns, len(pictures))
    rows = ceil(len(pictures) / columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 128, np.uint8)
    for number, picture in enumerate(pictures):
        fitted = _fit(picture, height, width)
        top = number // columns * (height + gap) + (height - fitted.shape[0]) // 2
        left = number % columns * (width + gap) + (width - fitted.shape[1]) // 2
        sheet[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return sheet


def _fit(picture: Picture, height: int, width: int) -> Picture:
    if picture.shape[:2] == (height, width):
        return picture
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _line_width(size: tuple[int, ...]) -> int:
    """Of outlines, in pixels: 2 up to 600 lines, 4 at 1080; 1 on very small pictures."""
    shorter = min(size[0], size[1])
    return max(2, round(shorter / 270)) if shorter >= 100 else 1


def _draw_mask(drawn: Picture, mask: Mask, rgb: Colour, width: int) -> None:
    """Tint the mask; its outline lies inside it in full colour, with a dark line outside so that both show."""
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    left, top, across, down = cv2.boundingRect(pixels)
    if not across:
        return
    margin = width + 2  # work only where the object is
    rows, columns = (
        slice(max(0, top - margin), top + down + margin),
        slice(max(0, left - margin), left + across + margin),
    )
    part, inside = drawn[rows, columns], np.ascontiguousarray(pixels[rows, columns])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    # The picture's border is no edge of the object.
    core = cv2.erode(inside, disc, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    ring = (np.asarray(cv2.dilate(inside, np.ones((3, 3), np.uint8))) - inside) > 0
    edge = (inside - np.asarray(core)) > 0
    # Tables in place of arithmetic: several times as fast, and drawing is a good part of the work on a video.
    tinted = cv2.LUT(np.ascontiguousarray(part), _tints(rgb))
    cv2.copyTo(tinted, np.asarray(core), part)
    part[edge] = rgb
    part[ring] = _DARKENED[part[ring]]


@cache
def _tints(rgb: Colour) -> Picture:
    """1x256x3: what each level becomes under a tint of that colour."""
    return np.stack([_LEVELS * (1 - _TINT) + level * _TINT for level in rgb], axis=-1).astype(np.uint8)[None]


def _draw_box(drawn: Picture, box: Box, rgb: Colour, width: int) -> None:
    x0, y0, x1, y1 = (round(value) for value in box)
    cv2.rectangle(drawn, (x0, y0), (x1, y1), _DARK, width + 2)
    cv2.rectangle(drawn, (x0, y0), (x1, y1), rgb, width)


def _draw_click(drawn: Picture, point: Point, positive: bool, width: int) -> None:
    x, y = round(point[0]), round(point[1])
    radius = 3 * width + 2
    cv2.circle(drawn, (x, y), radius + 1 + width // 2, _DARK, -1, cv2.LINE_AA)
    cv2.circle(drawn, (x, y), radius + width // 2, _WHITE, -1, cv2.LINE_AA)
    cv2.circle(drawn, (x, y), radius - 1, _GREEN if positive else _RED, -1, cv2.LINE_AA)
    arm = max(1, radius - 1 - width)
    cv2.line(drawn, (x - arm, y), (x + arm, y), _WHITE, width)
    if positive:
        cv2.line(drawn, (x, y - arm), (x, y + arm), _WHITE, width)
