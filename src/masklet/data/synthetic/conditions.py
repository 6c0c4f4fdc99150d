"""What may happen in a synthetic clip, and the presets: what happens in which."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from masklet.data.augment import Rng
from masklet.errors import InputError

Look = Literal["any", "thin"]


@dataclass(frozen=True)
class Conditions:
    """One clip's. Lengths are shares of the picture's shorter side, times are frames.

    objects: how many have a label. size: of their longer sides, least and most. look: "thin" for rods and rings.
    alike: all are copies of one, whose paths cross. apart: each has a part of the picture for itself.
    speed: per frame. turning: degrees to either side.
    swelling: largest by smallest size. bending: thin-plate bend, of the object's size.
    outside: how long the first object leaves the picture, least and most; None never.
    hidden: how long the first object is wholly covered, least and most; None never.
    passers: things without a label that pass before or behind. cuts: how many; half of them to another place.
    camera: how far it pans, and as much of zoom; shake: of a hand, per frame. shutter: the part of a frame's time
    during which light falls in, which is how much motion blurs. exposure: of the light, 1 is as it was.
    flicker: of the exposure. switch: light goes off or on half-way. noise: standard deviation in grey levels.
    quality: JPEG's, None for no compression.
    """

    objects: int = 2
    size: tuple[float, float] = (0.25, 0.4)
    look: Look = "any"
    alike: bool = False
    apart: bool = True
    speed: float = 0.006
    turning: float = 8.0
    swelling: float = 1.15
    bending: float = 0.03
    outside: tuple[int, int] | None = None
    hidden: tuple[int, int] | None = None
    passers: int = 0
    cuts: int = 0
    camera: float = 0.0
    shake: float = 0.0
    shutter: float = 0.3
    exposure: float = 1.0
    flicker: float = 0.0
    switch: bool = False
    noise: float = 0.0
    quality: int | None = None


@dataclass(frozen=True)
class Preset:
    """A kind of clip. says: in a line. draw: one clip's conditions; the same ones where chance has no part."""

    name: str
    says: str
    draw: Callable[[Rng], Conditions]


EASY = Conditions()
"""Two objects that move slowly, change little and stay in sight."""


def _always(name: str, says: str, conditions: Conditions) -> Preset:
    return Preset(name, says, lambda rng: conditions)


def _hidden(frames: int) -> Preset:
    said = f"an object is wholly covered for {frames} frames"
    return _always(f"hidden-{frames}", said, replace(EASY, hidden=(frames, frames)))


def _mixed(rng: Rng) -> Conditions:
    """Anything that may happen, most of it rarely at once."""

    def chance(share: float) -> bool:
        return bool(rng.random() < share)

    least = math.exp(rng.uniform(math.log(0.06), math.log(0.35)))
    alike = chance(0.2)
    return Conditions(
        objects=int(rng.integers(2, 6)) if alike else int(rng.integers(1, 5)),
        size=(least, min(0.6, least * rng.uniform(1.0, 2.5))),
        look="thin" if chance(0.1) else "any",
        alike=alike,
        apart=False,
        speed=math.exp(rng.uniform(math.log(0.002), math.log(0.05))),
        turning=rng.uniform(0, 60) if chance(0.5) else 8.0,
        swelling=rng.uniform(1.5, 4) if chance(0.3) else 1.15,
        bending=rng.uniform(0, 0.08) if chance(0.6) else 0.0,
        outside=(4, 40) if chance(0.35) else None,
        hidden=(3, 40) if chance(0.35) else None,
        passers=int(rng.integers(0, 4)),
        cuts=1 if chance(0.1) else 0,
        camera=rng.uniform(0.02, 0.2) if chance(0.6) else 0.0,
        shake=rng.uniform(0.002, 0.012) if chance(0.25) else 0.0,
        shutter=rng.uniform(0, 0.9),
        exposure=math.exp(rng.uniform(math.log(0.3), math.log(1.3))) if chance(0.3) else 1.0,
        flicker=rng.uniform(0, 0.08) if chance(0.3) else 0.0,
        switch=chance(0.06),
        noise=rng.uniform(2, 20) if chance(0.25) else 0.0,
        quality=int(rng.integers(15, 70)) if chance(0.2) else None,
    )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("mixed", "anything that may happen, as for training", _mixed),
        _always("easy", "two objects that move slowly and stay in sight", EASY),
        _always("cuts", "the film is cut twice; objects stand elsewhere, half of the time at another place",
                replace(EASY, cuts=2)),
        _hidden(10),
        _hidden(30),
        _hidden(100),
        _hidden(300),
        _always("exits", "an object leaves the picture for 10 to 30 frames and comes back",
                replace(EASY, outside=(10, 30))),
        _always("thin", "rods, rings and branches", replace(EASY, look="thin")),
        _always("crowd", "six look-alikes whose paths cross",
                replace(EASY, objects=6, size=(0.16, 0.2), alike=True, speed=0.012)),
        _always("fast", "objects move a twelfth of the picture per frame, and blur",
                replace(EASY, speed=0.08, turning=30.0, shutter=0.6)),
        _always("small", "objects of 4 to 6 per cent of the picture's side", replace(EASY, size=(0.04, 0.06))),
        _always("dark", "an eighth of the light, and the noise that comes with it",
                replace(EASY, exposure=0.12, noise=3.0)),
        _always("noise", "noise of 30 grey levels", replace(EASY, noise=30.0)),
        _always("compression", "JPEG of quality 6", replace(EASY, quality=6)),
    )
}  # fmt: skip
"""The kinds of clips by name. All but "mixed" are "easy" but for one thing, so that what it costs can be told."""


def preset_named(name: str) -> Preset:
    """The preset. Raises InputError with all names for an unknown one."""
    if name not in PRESETS:
        raise InputError(f"{name!r} is no preset; there are {', '.join(PRESETS)}")
    return PRESETS[name]
