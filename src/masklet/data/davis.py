"""Videos in DAVIS's layout: JPEGImages/<sequence>/*.jpg with Annotations/<sequence>/*.png.

The same layout serves DAVIS 2016 and 2017, YouTube-VOS and MOSE. Annotations are palette PNGs whose indices are
the object numbers; single-object sets often store 0 and 255 instead, as grey or RGB.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from masklet.data.pictures import PICTURE_SUFFIXES
from masklet.errors import InputError, MediaError
from masklet.media.picture import read_picture

VOID = 255
"""The label of pixels that belong to no one and count neither way (DAVIS 2017, YouTube-VOS)."""


class DavisSequence:
    """One video of a set; frames are read when they are asked for.

    name: the sequence's folder. frames: the pictures' paths in order. Annotations may be missing on some frames.
    """

    def __init__(self, name: str, frames: Sequence[Path], annotations: Path) -> None:
        self.name = name
        self.frames = tuple(frames)
        self.annotations = annotations

    def __len__(self) -> int:
        return len(self.frames)

    def annotation(self, t: int) -> Path:
        """The path at which frame t's annotation lies, if it has one."""
        return self.annotations / f"{self.frames[t].stem}.png"

    @cached_property
    def annotated(self) -> tuple[int, ...]:
        """The frames that have an annotation file, in order."""
        present = {path.stem for path in self.annotations.glob("*.png")}
        return tuple(t for t, frame in enumerate(self.frames) if frame.stem in present)

    def picture(self, t: int) -> NDArray[np.uint8]:
        """Frame t as HxWx3 uint8 RGB. Raises MediaError naming the file."""
        return read_picture(self.frames[t])

    def labels(self, t: int) -> NDArray[np.uint8]:
        """Frame t's objects, HxW uint8: 0 background, 1… object numbers, VOID (255) to be ignored.

        In a binary sequence everything marked is object 1. Raises MediaError naming the file.
        """
        labels = _read_annotation(self.annotation(t))
        return (labels > 127).astype(np.uint8) if self._binary else labels

    @cached_property
    def objects(self) -> tuple[int, ...]:
        """The object numbers on any annotated frame, ascending. Reads all annotations the first time."""
        found: set[int] = set()
        for t in self.annotated:
            found.update(np.flatnonzero(np.bincount(self.labels(t).ravel())).tolist())
        return tuple(sorted(found - {0, VOID}))

    @cached_property
    def _binary(self) -> bool:
        """Whether 255 means the one object: so it is when the first marked frame says 255 and no small number.

        Grey levels above 32 on the way to 255 are soft edges, not objects.
        """
        for t in self.annotated:
            present = np.flatnonzero(np.bincount(_read_annotation(self.annotation(t)).ravel()))
            if present.any():
                marked = present[present > 0]
                return bool(marked.max() == VOID and marked.min() > 32)
        return False


class DavisSet:
    """All sequences of a folder in DAVIS's layout.

    Some copies have a folder of the resolution in between (JPEGImages/480p/<sequence>): `resolution` names it;
    without it 480p is taken, or the first there is. names: the sequences wanted, in order; all when None.

    Raises InputError when the layout is another or a sequence has no pictures.
    """

    def __init__(
        self, folder: Path | str, *, resolution: str | None = None, names: Sequence[str] | None = None
    ) -> None:
        self.folder = Path(folder)
        pictures, annotations = self.folder / "JPEGImages", self.folder / "Annotations"
        for part in (pictures, annotations):
            if not part.is_dir():
                raise InputError(f"{self.folder}: no folder {part.name} here; expected DAVIS's layout")
        level = resolution or _resolution_folder(pictures)
        if level:
            pictures, annotations = pictures / level, annotations / level
        if not pictures.is_dir():
            raise InputError(f"{pictures}: no such folder")
        wanted = sorted(p.name for p in pictures.iterdir() if p.is_dir()) if names is None else names
        self.sequences: tuple[DavisSequence, ...] = tuple(
            DavisSequence(name, _frames(pictures / name), annotations / name) for name in wanted
        )
        if not self.sequences:
            raise InputError(f"{pictures}: no sequences here")

    def __len__(self) -> int:
        return len(self.sequences)

    def thinned(self, count: int) -> DavisSet:
        """A set of `count` of its sequences, evenly spread over it; all of them when it has no more."""
        part, all_ = copy.copy(self), self.sequences
        part.sequences = tuple(all_[i * len(all_) // count] for i in range(count)) if count < len(all_) else all_
        return part


def _frames(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such sequence")
    frames = sorted(p for p in folder.iterdir() if p.suffix.lower() in (*PICTURE_SUFFIXES, ".png"))
    if not frames:
        raise InputError(f"{folder}: no pictures in this sequence")
    return frames


def _resolution_folder(pictures: Path) -> str | None:
    children = sorted(p for p in pictures.iterdir() if p.is_dir())
    levels = [p.name for p in children if any(q.is_dir() for q in p.iterdir())]
    if not levels:
        return None
    return "480p" if "480p" in levels else levels[0]


def _read_annotation(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise MediaError(f"{path}: no such annotation")
    try:
        with Image.open(path) as file:
            values = np.asarray(file.convert("RGB") if file.mode in ("RGBA", "CMYK") else file)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise MediaError(f"{path}: annotation cannot be read ({error}); replace or remove it") from None
    if values.dtype == bool:
        return values.astype(np.uint8) * np.uint8(VOID)
    if values.ndim == 3 and values.shape[2] in (2, 3):
        grey = values.shape[2] == 2 or not (values != values[..., :1]).any()
        values = values[..., 0] if grey else _numbers_of_colours(values, path)
    if values.ndim != 2 or values.max(initial=0) > 255 or values.min(initial=0) < 0:
        raise MediaError(f"{path}: an annotation has object numbers between 0 and 255 in one channel")
    return values.astype(np.uint8)


def _numbers_of_colours(colours: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    """Object numbers from colours of the palette that PASCAL VOC and DAVIS share.

    Number k's bits are dealt in turn to red, green and blue, from their highest bit down.
    """
    numbers = np.zeros(colours.shape[:2], np.uint8)
    for bit in range(8):
        channel, level = bit % 3, 7 - bit // 3
        numbers |= ((colours[..., channel] >> level & 1) << bit).astype(np.uint8)
    known = (colours & (0x1F, 0x1F, 0x3F) == 0).all()
    if not known:
        raise MediaError(f"{path}: colours of another palette than DAVIS's; save the annotation with a palette")
    return numbers
