"""What a file of another tool holds, gathered object by object, and which frames of the video its names mean."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from masklet.errors import InputError
from masklet.media.rle import Rle, decode_mask, encode_mask, mask_area, rle_to_json

MAX_OBJECTS = 64
_NUMBER = re.compile(r"(\d{1,12})\D*")


class Found:
    """Masks by object and frame. size: (height, width); frames: how many the video has."""

    def __init__(self, size: tuple[int, int], frames: int) -> None:
        self.size, self.frames = size, frames
        self._names: dict[Hashable, str] = {}
        self._held: dict[Hashable, dict[int, tuple[Rle, float, float]]] = {}

    def add(
        self, key: Hashable, name: str, frame: int, rle: Rle, *, score: float = 1.0, presence: float | None = None
    ) -> None:
        """A mask of the object `key`, called `name`; joined with what the object has on that frame already.

        What lies past the video's end is left out. Raises InputError for a mask of another size, and when there are
        too many objects.
        """
        if tuple(rle["size"]) != self.size:
            raise InputError(self.unlike(frame, (int(rle["size"][0]), int(rle["size"][1]))))
        if not 0 <= frame < self.frames:
            return
        if key not in self._held and len(self._held) == MAX_OBJECTS:
            raise InputError(f"the file has more than {MAX_OBJECTS} objects")
        self._names.setdefault(key, name)
        mine = self._held.setdefault(key, {})
        if frame in mine:
            rle = encode_mask(np.asarray(decode_mask(mine[frame][0]) | decode_mask(rle)))
        mine[frame] = rle, score, float(mask_area(rle) > 0) if presence is None else presence

    def unlike(self, frame: int, size: tuple[int, int]) -> str:
        """The one line for a mask of another size."""
        own = f"{size[1]}x{size[0]}"
        return f"the mask of frame {frame} is {own} pixels, the video {self.size[1]}x{self.size[0]}"

    def told(self) -> dict[str, dict[int, dict[str, Any]]]:
        """Name -> frame -> counts, score, presence. Objects of one name are numbered."""
        told: dict[str, dict[int, dict[str, Any]]] = {}
        for key, mine in self._held.items():
            base = self._names[key]
            name, number = base, 2
            while name in told:
                name, number = f"{base} {number}", number + 1
            told[name] = {
                frame: {"counts": rle_to_json(rle)["counts"], "score": score, "presence": presence}
                for frame, (rle, score, presence) in sorted(mine.items())
            }
        return told


def frame_numbers(names: Sequence[str], frames: int) -> list[int]:
    """The frames that pictures' names mean: the last number in each.

    Names that are counted from 1 to the number of frames begin at frame 0. One picture's name means frame 0 of a
    picture, whatever it is. Raises InputError when the names hold no numbers, or one number twice.
    """
    if frames == 1 and len(names) == 1:
        return [0]
    found = []
    for name in names:
        told = list(_NUMBER.finditer(PurePosixPath(name).stem))
        if not told:
            raise InputError(f"{name[:60]!r} tells no frame: name the pictures by their frames' numbers, from 0")
        found.append(int(told[-1][1]))
    if len(set(found)) < len(found):
        raise InputError("two pictures have one frame's number: give the masks of one video alone")
    return [number - 1 for number in found] if min(found, default=0) == 1 and max(found) == frames else found
