"""Folders of pictures with label maps: one object per number, 0 for everything unlabelled."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from masklet.errors import InputError, MediaError
from masklet.media.picture import read_picture

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class PictureRow:
    """One picture of a set: where its two files lie, the source it came from, how many objects it has.

    objects is None where the index does not say.
    """

    picture: Path
    labels: Path
    source: str
    objects: int | None = None


@dataclass(frozen=True, eq=False)
class LabelledPicture:
    """pixels: HxWx3 uint8 RGB. labels: HxW uint16, 0 unlabelled, k the k-th object."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint16]


class PictureSet:
    """A folder of pictures with a label-map PNG beside each.

    With an `index.jsonl`, its lines say what belongs to the set: {"picture": path, "objects": n} and, where
    they differ from the rule, "labels" (default: the picture's path ending in .png) and "source" (default:
    the first folder of the path). Without one, every JPEG or WebP with a PNG of the same name is taken.

    Raises InputError when the folder holds no such pair or the index has a broken line.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InputError(f"{self.folder}: no such folder of pictures")
        index = self.folder / "index.jsonl"
        self.rows: tuple[PictureRow, ...] = tuple(_indexed(index) if index.is_file() else _scanned(self.folder))
        if not self.rows:
            raise InputError(f"{self.folder}: no pictures with label maps here; expected NAME.jpg with NAME.png")

    def __len__(self) -> int:
        return len(self.rows)

    def thinned(self, count: int) -> PictureSet:
        """A set of `count` of its pictures, evenly spread over it; all of them when it has no more."""
        part, rows = copy.copy(self), self.rows
        part.rows = tuple(rows[i * len(rows) // count] for i in range(count)) if count < len(rows) else rows
        return part

    def read(self, i: int) -> LabelledPicture:
        """The i-th picture and its labels, of equal size. Raises MediaError naming the file that is at fault."""
        row = self.rows[i]
        pixels, labels = read_picture(row.picture), _read_label_map(row.labels)
        if pixels.shape[:2] != labels.shape:
            raise MediaError(
                f"{row.labels}: label map is {labels.shape[1]}x{labels.shape[0]} pixels, "
                f"its picture {pixels.shape[1]}x{pixels.shape[0]}; the two must be equal"
            )
        return LabelledPicture(pixels, labels)


def _read_label_map(path: Path) -> NDArray[np.uint16]:
    if not path.is_file():
        raise MediaError(f"{path}: no such label map")
    try:
        with Image.open(path) as file:
            labels = np.asarray(file)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise MediaError(f"{path}: label map cannot be read ({error}); replace or remove it") from None
    if labels.ndim != 2:
        raise MediaError(f"{path}: a label map has one channel of object numbers, this has {labels.shape[-1]}")
    if labels.min(initial=0) < 0 or labels.max(initial=0) > 65535:
        raise MediaError(f"{path}: object numbers must lie between 0 and 65535")
    return labels.astype(np.uint16)


def _indexed(index: Path) -> Iterator[PictureRow]:
    for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            picture = Path(entry["picture"])
            labels = Path(entry.get("labels", picture.with_suffix(".png")))
            objects = None if entry.get("objects") is None else int(entry["objects"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f'{index}, line {number}: expected {{"picture": PATH, "objects": COUNT}}') from None
        source = str(entry.get("source", _source_of(picture)))
        yield PictureRow(index.parent / picture, index.parent / labels, source, objects)


def _scanned(folder: Path) -> Iterator[PictureRow]:
    for picture in sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES):
        labels = picture.with_suffix(".png")
        if labels.is_file():
            yield PictureRow(picture, labels, _source_of(picture.relative_to(folder)))


def _source_of(picture: Path) -> str:
    return picture.parts[0] if len(picture.parts) > 1 else "."
