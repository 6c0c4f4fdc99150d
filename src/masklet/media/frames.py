"""Frames of anything that moves: one protocol, one door.

`open_frames` gives a `FrameSource` for a video file, a folder of pictures, an animated or still picture, or a list.
Frames are decoded when asked for; a bounded number stays in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from masklet.errors import MediaError
from masklet.media.picture import PictureSource, check_readable_file
from masklet.values import Picture

DEFAULT_FPS = 25.0  # of sources that have no time of their own: folders, lists
_JPEG_STREAMS = (".mjpeg", ".mjpg")  # many pictures in a row, of which a picture reader would see the first


@dataclass(frozen=True)
class SoundTrack:
    """Where a source's sound lies: the file, and the time in it (seconds) at which frame 0 is shown."""

    path: Path
    start: float


@runtime_checkable
class FrameSource(Protocol):
    """A finite sequence of upright RGB frames of one size.

    Iterating over it always ends cleanly. When a file turns out to be broken only while it is decoded, `len` becomes
    smaller, `broken_at` is set, and frames from there on raise IndexError, whose text is `warning`.
    """

    @property
    def name(self) -> str:
        """The file's or folder's name without its suffix."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels of every frame, upright."""
        ...

    @property
    def fps(self) -> float:
        """Frames per second; the mean over the video when the rate varies."""
        ...

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame is shown, in seconds; the first at 0, never falling."""
        ...

    @property
    def time_base(self) -> Fraction:
        """The unit, in seconds, that every one of `times` is a whole multiple of."""
        ...

    @property
    def sound(self) -> SoundTrack | None:
        """Where the sound is, when there is any."""
        ...

    @property
    def broken_at(self) -> int | None:
        """The first frame that cannot be had any more because the file breaks off there; None for whole files."""
        ...

    @property
    def warning(self) -> str | None:
        """One line on what is wrong with the file although frames can be had from it; None when nothing is."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Picture:
        """Frame `index` (negative counts from the end) as an HxWx3 uint8 RGB array that the caller may keep
        and change. IndexError past the end; MediaError for one picture of a folder that is broken."""
        ...

    def __iter__(self) -> Iterator[Picture]: ...

    def close(self) -> None:
        """Let go of the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_frames(
    source: str | os.PathLike[str] | FrameSource | Sequence[PictureSource] | NDArray[Any], *, fps: float | None = None
) -> FrameSource:
    """The frames of `source`.

    source: a video file (whatever FFmpeg reads); a folder of pictures, in natural order of their names; an animated
    or still picture; a list of pictures (paths, PIL images, arrays) or a TxHxWx3 uint8 array; or an open FrameSource,
    which is given back as it is.
    fps: frames per second of sources that have no time of their own (folders, lists: 25 unless given).

    Raises MediaError, one line, when the source is missing, empty, neither video nor picture, has no frames, or its
    pictures differ in size.
    """
    if isinstance(source, str | os.PathLike):
        return _open_path(Path(source), fps)
    if isinstance(source, FrameSource):
        return source
    if isinstance(source, np.ndarray):
        if source.ndim not in (4, 3) or source.dtype != np.uint8:
            raise MediaError(f"frames as one array are TxHxWx3 uint8, not {source.dtype} of shape {source.shape}")
        source = list(source) if source.ndim == 4 else [source]
    if not isinstance(source, Sequence):
        raise MediaError(f"frames are given as a path, a list or an array, not as {type(source).__name__}")
    from masklet.media.picture_folder import PictureSequence

    return PictureSequence(source, name="frames", fps=fps or DEFAULT_FPS)


def _open_path(path: Path, fps: float | None) -> FrameSource:
    try:
        is_folder = path.is_dir()
    except OSError as error:  # a name longer than the file system has
        raise MediaError(f"{str(path)[:60]}… cannot be read: {error.strerror}") from error
    if is_folder:
        from masklet.media.picture_folder import open_picture_folder

        return open_picture_folder(path, fps=fps or DEFAULT_FPS)
    check_readable_file(path, "video")
    if path.suffix.lower() not in _JPEG_STREAMS:
        from masklet.media.animation import open_animation

        pictures = open_animation(path, fps=fps or DEFAULT_FPS)
        if pictures is not None:
            return pictures
    from masklet.media.video_file import VideoFile

    return VideoFile(path)
