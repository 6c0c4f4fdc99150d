"""Pictures as frames: a folder with any file names, or a list."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from masklet.errors import MediaError
from masklet.media.closing import Closing
from masklet.media.frame_cache import FrameCache
from masklet.media.frames import DEFAULT_FPS, SoundTrack
from masklet.media.picture import PictureSource, open_picture, read_picture, upright_size
from masklet.values import Picture

_CACHE_BYTES = 64 << 20
# Files of these suffixes are meant as frames, so a broken one is an error and not passed over.
_PICTURE_SUFFIXES = (
    ".avif", ".bmp", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".qoi",
    ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sorts names as people do: frame2 before frame10, capitals beside small letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return tuple((0, int(part), "") if part[0].isdecimal() else (1, 0, part) for part in parts), name


def open_picture_folder(folder: Path, *, fps: float = DEFAULT_FPS) -> PictureSequence:
    """The pictures that lie directly in a folder, in natural order of their names.

    Hidden files, folders and files that are no pictures are passed over. Raises MediaError when no picture is left,
    when a file that is named as a picture is none, or when sizes differ.
    """
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise MediaError(f"{folder} cannot be read: {error.strerror}") from error
    files = [path for path in entries if _may_be_frame(path)]
    files.sort(key=lambda path: natural_key(path.name))
    pictures = [path for path in files if path.suffix.lower() in _PICTURE_SUFFIXES or _is_picture(path)]
    if not pictures:
        folders = sorted(path.name for path in entries if path.is_dir())
        why = (
            f", but folders ({', '.join(folders[:3])}{' …' * (len(folders) > 3)}): give one of them" if folders else ""
        )
        raise MediaError(f"{folder} holds no pictures" + (why if entries else ": the folder is empty"))
    return PictureSequence(pictures, name=folder.resolve().name or "frames", fps=fps)


class PictureSequence(Closing):
    """A FrameSource over pictures (paths, PIL images, arrays), all of one size. See `frames.FrameSource`."""

    sound: SoundTrack | None = None
    broken_at: int | None = None
    warning: str | None = None

    def __init__(self, pictures: Sequence[PictureSource], *, name: str, fps: float = DEFAULT_FPS) -> None:
        """Raises MediaError when there are no pictures, one is unreadable, or they differ in size."""
        if not pictures:
            raise MediaError("there are no frames: the list of pictures is empty")
        if not 0 < fps < float("inf"):
            raise MediaError(f"frames per second must be above 0, not {fps}")
        self.name = name
        self.fps = float(fps)
        self.time_base = 1 / Fraction(fps).limit_denominator(1001)
        self._pictures = list(pictures)
        self.size = _common_size(self._pictures)
        self._cache: FrameCache[Picture] = FrameCache(_CACHE_BYTES)

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds at which each frame is shown."""
        return np.arange(len(self), dtype=np.float64) * float(self.time_base)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Picture:
        place = range(len(self))[index]
        picture = self._cache.get(place)
        if picture is None:
            picture = read_picture(self._pictures[place])
            if picture.shape[:2] != self.size:
                raise MediaError(_size_message(place, self._pictures[place], picture.shape[:2], self.size))
            self._cache.put(place, picture, picture.nbytes)
        return picture.copy()

    def __iter__(self) -> Iterator[Picture]:
        return (self[index] for index in range(len(self)))

    def close(self) -> None:
        """Forget the decoded pictures."""
        self._cache.clear()


def _common_size(pictures: Sequence[PictureSource]) -> tuple[int, int]:
    """The size of all pictures, from their headers where they are files."""
    first: tuple[int, int] | None = None
    for index, picture in enumerate(pictures):
        size = _size_of(picture)
        first = first or size
        if size != first:
            raise MediaError(_size_message(index, picture, size, first))
    assert first is not None
    return first


def _size_of(picture: PictureSource) -> tuple[int, int]:
    if isinstance(picture, str | os.PathLike):
        with open_picture(Path(picture)) as image:
            return upright_size(image)
    if isinstance(picture, Image.Image):
        return upright_size(picture)
    height, width = read_picture(picture).shape[:2]
    return height, width


def _size_message(index: int, picture: PictureSource, size: tuple[int, ...], first: tuple[int, int]) -> str:
    which = f"frame {index}" + (f" ({picture})" if isinstance(picture, str | os.PathLike) else "")
    return (
        f"{which} is {size[1]}x{size[0]} pixels, but frame 0 is {first[1]}x{first[0]}: "
        "all frames must have one size; scale or remove it"
    )


def _may_be_frame(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file()


def _is_picture(path: Path) -> bool:
    try:
        with open_picture(path):
            return True
    except MediaError:
        return False
