"""An item's picture, truth and predicted mask on one frame, from the files that its record names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from masklet.data.davis import DavisSequence
from masklet.errors import InputError, MediaError
from masklet.evaluate.record import Item
from masklet.media.frames import open_frames
from masklet.media.picture import READ_FORMATS, read_picture
from masklet.values import Mask, Picture

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


class ItemFiles:
    """The files of one item; they are looked for when asked, and may have moved since the evaluation.

    index: the frame's place in the video, 0 for a picture. What a file gives is None where the record names none.
    """

    def __init__(self, item: Item) -> None:
        self.item = item
        self._frames = _frame_paths(item.pictures)

    def picture(self, index: int) -> Picture:
        """The frame, HxWx3 uint8 RGB. Raises MediaError when it is not where the record says."""
        path = self.item.pictures
        if path is None:
            raise MediaError("the record does not say where the pictures lie")
        if self._frames:
            return read_picture(self._frame(index))
        if path.suffix.lower() in _PICTURES:
            return read_picture(path)
        if not path.exists():
            raise MediaError(f"{path} is not there any more")
        with open_frames(path) as frames:
            return np.asarray(frames[index], np.uint8)

    def truth(self, index: int) -> Mask | None:
        """The object's true mask, HxW bool. Raises MediaError for a broken file."""
        return self._mask(self.item.annotations, index)

    def prediction(self, index: int) -> Mask | None:
        """The mask that was predicted, HxW bool; nothing where its file is missing. Raises MediaError as `truth`."""
        return self._mask(self.item.predictions, index)

    def annotated(self) -> list[int]:
        """The frames that have a truth to look at, in order."""
        if self.item.frames:
            return [frame.index for frame in self.item.frames]
        if not self._frames:
            return [0]
        folder = self.item.annotations
        there = {path.stem for path in folder.glob("*.png")} if folder is not None and folder.is_dir() else set()
        return [i for i, path in enumerate(self._frames) if path.stem in there]

    def size(self, most: int = 5) -> float | None:
        """The mean part of the picture that the object covers where it is visible, 0 to 1, from a few frames.

        None when the truth cannot be read.
        """
        if "size" in self.item.figures:
            return self.item.figures["size"]
        frames = self.annotated()
        chosen = [frames[i * len(frames) // most] for i in range(most)] if len(frames) > most else frames
        try:
            masks = [self.truth(index) for index in chosen]
        except (InputError, OSError):
            return None
        parts = [float(mask.mean()) for mask in masks if mask is not None and mask.any()]
        return float(np.mean(parts)) if parts else None

    def _frame(self, index: int) -> Path:
        if not 0 <= index < len(self._frames):
            raise MediaError(f"{self.item.pictures} has {len(self._frames)} frames and no frame {index}")
        return self._frames[index]

    def _mask(self, place: Path | None, index: int) -> Mask | None:
        if place is None:
            return None
        number = self.item.object
        if place.is_file():
            return _mask_in(place, number, one_object=False)
        if not place.is_dir():
            raise MediaError(f"{place} is not there any more")
        stem = self._frame(index).stem if self._frames else place.name
        own = _inside(place, str(number)) / f"{stem}.png"
        if own.parent.is_dir():
            return _mask_in(own, number, one_object=True) if own.is_file() else None
        labels = place / f"{stem}.png"
        if not labels.is_file() or not self._frames:
            return None
        sequence = _davis(self.item.sequence, self._frames, place)
        return np.asarray(sequence.labels(index) == number, np.bool_)


@lru_cache(maxsize=64)
def _davis(name: str, frames: tuple[Path, ...], annotations: Path) -> DavisSequence:
    # Whether 255 is an object is found out once per sequence.
    return DavisSequence(name, frames, annotations)


@lru_cache(maxsize=64)
def _frame_paths(folder: Path | None) -> tuple[Path, ...]:
    if folder is None or not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES))


def _inside(folder: Path, name: str) -> Path:
    """The folder's child of this name; names that lead elsewhere are no child."""
    return folder / name if name not in ("", ".", "..") and Path(name).name == name else folder / "\x7f"


@lru_cache(maxsize=16)
def _values(path: Path) -> NDArray[Any]:
    try:
        with Image.open(path, formats=READ_FORMATS) as file:
            return np.asarray(file)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise MediaError(f"{path} cannot be read ({error})") from None


def _mask_in(path: Path, number: int | str, *, one_object: bool) -> Mask:
    values = _values(path)
    if values.ndim == 3:
        values = values[..., :3].max(axis=2)
    marked = values > 0 if one_object or not isinstance(number, int) else values == number
    return np.asarray(marked, np.bool_)
