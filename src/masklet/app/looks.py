"""A look: which effect, on which objects, how strong; and frames drawn with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from masklet.errors import InputError
from masklet.media import effects
from masklet.media.effects import Alpha, Where
from masklet.media.frames import FrameSource
from masklet.media.overlay import Colour
from masklet.values import Mask, Picture

Effect = Literal[
    "highlight",
    "outline",
    "blur",
    "pixelate",
    "spotlight",
    "grey",
    "cutout",
    "colour",
    "video",
    "erase",
    "trails",
    "wipe",
]
EFFECTS: tuple[str, ...] = get_args(Effect)
_TRAIL, _TRAIL_STEP = 5, 4  # places of a trail, and frames between them


@dataclass(frozen=True)
class Look:
    """effect: what is done. where: to the objects or to all else (blur, pixelate). objects: ids, None for all.

    strength: 0 to 1. colour: of what is behind the objects ("colour"). soft: edges along the picture's own.
    """

    effect: Effect = "highlight"
    where: Where = "background"
    objects: tuple[str, ...] | None = None
    strength: float = 0.5
    colour: Colour = (0, 177, 64)
    soft: bool = False


def trail(number: int) -> list[int]:
    """The frames whose places a trail shows behind frame `number`, the earliest first."""
    return [then for then in range(number - 1 - (_TRAIL - 1) * _TRAIL_STEP, number, _TRAIL_STEP) if then >= 0]


class Renderer:
    """Frames drawn one after another, or any one after those of its `trail`."""

    def __init__(self, look: Look, colours: Mapping[str, Colour], background: FrameSource | None = None) -> None:
        """colours: of the objects, by their ids. background: what "video" shows behind the objects, from its start."""
        if look.effect not in EFFECTS:
            raise InputError(f"there is no effect {look.effect!r}; there are: {', '.join(EFFECTS)}")
        if look.effect == "video" and background is None:
            raise InputError("the effect needs the video that is to be behind the objects")
        self._look, self._colours, self._background = look, colours, background
        self._earlier: dict[int, tuple[Picture, Alpha]] = {}

    def draw(self, picture: Picture, masks: Mapping[str, Mask], number: int, count: int) -> NDArray[np.uint8]:
        """The frame drawn: HxWx3 RGB, HxWx4 RGBA for "cutout". masks: by the objects' ids; number: of count frames."""
        look = self._look
        chosen = {one: mask for one, mask in masks.items() if look.objects is None or one in look.objects}
        if look.effect in ("highlight", "outline", "wipe"):
            drawn = self._per_object(picture, chosen)
            return effects.wipe(picture, drawn, (number + 0.5) / count) if look.effect == "wipe" else drawn
        union = np.zeros(picture.shape[:2], bool)
        for mask in chosen.values():
            union |= mask
        if look.effect == "erase":
            return effects.erase(picture, union, 2 + round(10 * look.strength))
        alpha = effects.soft_alpha(picture, union) if look.soft else effects.hard_alpha(union)
        return self._on_all(picture, alpha, number)

    def _per_object(self, picture: Picture, masks: Mapping[str, Mask]) -> Picture:
        drawn = picture
        for one, mask in masks.items():
            alpha = effects.soft_alpha(picture, mask) if self._look.soft else effects.hard_alpha(mask)
            if self._look.effect == "outline":
                drawn = effects.outline(drawn, alpha, self._colours[one], 1 + round(8 * self._look.strength))
            else:
                drawn = effects.highlight(drawn, alpha, self._colours[one], self._look.strength)
        return drawn

    def _on_all(self, picture: Picture, alpha: Alpha, number: int) -> NDArray[np.uint8]:
        look, longest = self._look, max(picture.shape[:2])
        if look.effect == "blur":
            return effects.blur(picture, alpha, max(1.0, look.strength * longest / 30), look.where)
        if look.effect == "pixelate":
            return effects.pixelate(picture, alpha, max(2, round(look.strength * longest / 16)), look.where)
        if look.effect == "spotlight":
            return effects.spotlight(picture, alpha, 0.4 + 0.6 * look.strength)
        if look.effect == "grey":
            return effects.grey_background(picture, alpha)
        if look.effect == "colour":
            return effects.on_colour(picture, alpha, look.colour)
        if look.effect == "cutout":
            return effects.cut_out(picture, alpha)
        if look.effect == "video":
            assert self._background is not None
            return effects.on_picture(picture, alpha, self._background[number % len(self._background)])
        drawn = effects.trails(picture, alpha, [self._earlier[then] for then in trail(number) if then in self._earlier])
        self._earlier[number] = picture, alpha
        self._earlier.pop(number - _TRAIL * _TRAIL_STEP, None)
        return drawn


def look_from(value: Mapping[str, Any]) -> Look:
    """The look that JSON describes. Raises InputError."""
    try:
        objects, colour = value.get("objects"), str(value.get("colour") or "#00b140")
        return Look(
            effect=value["effect"],
            where=value.get("where") or "background",
            objects=None if objects is None else tuple(map(str, objects)),
            strength=min(1.0, max(0.0, float(value.get("strength", 0.5)))),
            colour=rgb(colour),
            soft=bool(value.get("soft")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this is no look: {error}") from error


def rgb(text: str) -> Colour:
    """The colour that "#rrggbb" names. Raises ValueError."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
