"""Masks in files: a folder of PNGs per object, masks that users bring, and masklets as JSON.

The JSON has the layout that SA-V publishes (Ravi et al. 2024): one object with "video_id", "video_duration" (s),
"video_frame_count", "video_height", "video_width", "masklet_num", "masklet_id" and "masklet", a list over frames of
lists over objects of COCO RLEs. Beside it stand "names" (per object) and "scores" and "presences" (laid out as
"masklet"; null on frames on which the object was not tracked, where its RLE is empty).
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from masklet.errors import MediaError, PromptError
from masklet.media.files import atomic_write, make_folder
from masklet.media.mask_png import mask_png
from masklet.media.picture import check_readable_file, open_picture
from masklet.media.rle import encode_mask, rle_from_json, rle_to_json
from masklet.values import Mask, Masklet

_LONGEST_NAME = 100  # bytes; file systems take 255
_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


class MaskFolder:
    """Masks of every object as FOLDER/NAME/00000.png: 0 off the object, 255 on it, the video's own size.

    NAME is the object's name where that is safe as a folder's; otherwise a safe form of it, and names whose forms
    coincide (also when only capitals differ) get a number. The same names in the same order give the same folders.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Makes the folder. Raises OutputError when it cannot be made."""
        self.folder = make_folder(folder)
        self._folders: dict[str, str] = {}
        self._taken: set[str] = set()

    def folder_of(self, name: str) -> Path:
        """The folder of one object; the first question for a name settles it."""
        if name not in self._folders:
            base = safe_name(name)
            chosen, number = base, 2
            while chosen.casefold() in self._taken:
                chosen, number = f"{base}-{number}", number + 1
            self._folders[name] = chosen
            self._taken.add(chosen.casefold())
        return self.folder / self._folders[name]

    def write(self, name: str, index: int, mask: Mask) -> Path:
        """Write the HxW bool mask of an object on frame `index`; gives the file. Raises OutputError."""
        path = self.folder_of(name) / f"{index:05d}.png"
        with atomic_write(path, sync=False) as temporary:
            temporary.write_bytes(mask_png(mask))
        return path


def safe_name(name: str) -> str:
    """The name as one folder's name on every file system: letters, digits, and "_ - . space" inside; never empty."""
    plain = unicodedata.normalize("NFC", name)
    plain = re.sub(r"[^\w .-]", "_", plain).lstrip(" .").rstrip(" .")
    while len(plain.encode()) > _LONGEST_NAME:
        plain = plain[:-1].rstrip(" .")
    if _WINDOWS_DEVICES.fullmatch(plain):
        plain = f"_{plain}"
    return plain or "object"


def read_mask(path: str | os.PathLike[str], size: tuple[int, int]) -> Mask:
    """The HxW bool mask that a picture file shows, for a prompt; size: (height, width) it must have.

    On the object is: what is not index 0 in a palette picture; what is opaque where there is transparency; otherwise
    what is brighter than half, or, when nothing is (label values such as 0 and 1), what is not 0.
    Raises MediaError when the file is no picture; PromptError when its size is another or nothing is on the object.
    """
    with open_picture(Path(path)) as image:
        try:
            mask = _object_in(ImageOps.exif_transpose(image))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise MediaError(f"{path} is broken: {' '.join(str(error).split())}") from error
    if mask.shape != tuple(size):
        raise PromptError(
            f"the mask {path} is {mask.shape[1]}x{mask.shape[0]} pixels, but the picture is {size[1]}x{size[0]}: "
            "it must have the picture's size"
        )
    if not mask.any():
        raise PromptError(f"the mask {path} is empty: no pixel of it is on the object")
    return mask


def _object_in(image: Image.Image) -> Mask:
    if image.mode == "P" and not image.has_transparency_data:
        return np.asarray(image) > 0
    if image.has_transparency_data:
        rgba = np.asarray(image.convert("RGBA"))
        if rgba[:, :, 3].min() < 255:
            return np.asarray(rgba[:, :, 3] > 127)
        image = image.convert("RGB")
    if image.mode in ("1", "L", "F") or image.mode.startswith("I"):
        values: NDArray[Any] = np.asarray(image)
    else:
        values = np.asarray(image.convert("RGB")).max(axis=2)
    half = 32767 if image.mode.startswith("I") else 127
    return np.asarray(values > (half if values.max() > half else 0))


@dataclass(frozen=True)
class MaskletFile:
    """What a masklet file holds. size: (height, width). frame_count: of the video, whatever was tracked."""

    video_id: str
    size: tuple[int, int]
    fps: float
    frame_count: int
    masklets: tuple[Masklet, ...]


def write_masklets(
    path: str | os.PathLike[str],
    video_id: str,
    size: tuple[int, int],
    fps: float,
    masklets: Sequence[Masklet],
    *,
    frame_count: int | None = None,
) -> None:
    """Write masklets as JSON in SA-V's layout (see the head of this file), frame by frame.

    frame_count: the video's; without it, up to the last frame that any masklet has. Raises OutputError.
    """
    last = max((index for masklet in masklets for index in masklet.rles), default=-1)
    count = last + 1 if frame_count is None else max(frame_count, last + 1)
    head = {
        "video_id": video_id,
        "video_duration": count / fps,
        "video_frame_count": count,
        "video_height": size[0],
        "video_width": size[1],
        "masklet_num": len(masklets),
        "masklet_id": list(range(len(masklets))),
        "names": [masklet.name for masklet in masklets],
    }
    empty = rle_to_json(encode_mask(np.zeros(size, bool)))

    def rles() -> Iterator[list[Any]]:
        for index in range(count):
            yield [rle_to_json(m.rles[index]) if index in m.rles else empty for m in masklets]

    scores = ([_rounded(m.scores.get(index)) for m in masklets] for index in range(count))
    presences = ([_rounded(m.presences.get(index)) for m in masklets] for index in range(count))
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1])
        for key, rows in (("scores", scores), ("presences", presences), ("masklet", rles())):
            file.write(f', "{key}": [')
            for number, row in enumerate(rows):
                file.write((",\n" if number else "\n") + json.dumps(row))
            file.write("]")
        file.write("}\n")


def read_masklets(path: str | os.PathLike[str]) -> MaskletFile:
    """What `write_masklets` wrote, or a file of SA-V's: its objects are named by their ids, and have no scores.

    Raises MediaError, one line, when the file is missing or of another form.
    """
    file = Path(path)
    check_readable_file(file, "masklet")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        size = int(data["video_height"]), int(data["video_width"])
        rows: list[list[Any]] = data["masklet"]
        ids = data.get("masklet_id") or list(range(len(rows[0]) if rows else 0))
        names = data.get("names") or [str(number) for number in ids]
        masklets = tuple(_masklet(data, rows, order, str(name), size) for order, name in enumerate(names))
        count = int(data.get("video_frame_count", len(rows)))
        fps = count / float(data["video_duration"]) if count else 0.0
        return MaskletFile(str(data["video_id"]), size, fps, count, masklets)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ZeroDivisionError) as error:
        raise MediaError(f"{file} is not a masklet file as SA-V publishes them: {error!r}") from error


def _masklet(data: dict[str, Any], rows: list[list[Any]], order: int, name: str, size: tuple[int, int]) -> Masklet:
    scores = _column(data.get("scores"), order)
    presences = _column(data.get("presences"), order)
    tracked = set(scores) | set(presences)
    whole = "presences" not in data  # a file of another origin: every frame counts
    rles = {index: rle_from_json(row[order]) for index, row in enumerate(rows) if whole or index in tracked}
    return Masklet(name, size, rles, scores, presences)


def _column(rows: list[list[float | None]] | None, order: int) -> dict[int, float]:
    return {index: float(value) for index, row in enumerate(rows or []) if (value := row[order]) is not None}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)
