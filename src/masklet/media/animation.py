"""Animated pictures (GIF, WebP, APNG, AVIF, TIFF with several pages) as frames; a still picture is one frame."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from masklet.errors import MediaError
from masklet.media.closing import Closing
from masklet.media.frame_cache import FrameCache
from masklet.media.frames import DEFAULT_FPS, SoundTrack
from masklet.media.picture import open_picture, read_picture
from masklet.media.picture_folder import PictureSequence
from masklet.values import Picture

# Other formats with several pictures hold layers, sizes or eyes, not frames.
_ANIMATED_FORMATS = ("GIF", "WEBP", "PNG", "AVIF", "TIFF")
_CACHE_BYTES = 256 << 20
_SHORTEST_MS = 20.0  # browsers show frames that claim less for 100 ms
_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError)


def open_animation(path: Path, *, fps: float = DEFAULT_FPS) -> Animation | PictureSequence | None:
    """The frames of a picture file, or None when the file is no picture (it may be a video).

    fps: of a still picture and of formats without frame durations (TIFF).
    Raises MediaError for a broken picture.
    """
    try:
        image = open_picture(path)
    except MediaError as error:
        if "not a picture" in str(error):
            return None
        raise
    with image:
        animated = image.format in _ANIMATED_FORMATS and getattr(image, "is_animated", False)
    return Animation(path, fps=fps) if animated else PictureSequence([path], name=path.stem, fps=fps)


class Animation(Closing):
    """A FrameSource over an animated picture. See `frames.FrameSource`.

    Opening decodes every frame once, which is the only way to know how many there are and how long each is shown;
    only the last ones stay in memory. Transparent parts are white. Going backwards decodes from the first frame
    again, once for as many frames as the memory bound holds.
    """

    sound: SoundTrack | None = None
    time_base = Fraction(1, 1000)

    def __init__(self, path: Path, *, fps: float = DEFAULT_FPS, cache_bytes: int = _CACHE_BYTES) -> None:
        """Raises MediaError when not even the first frame can be decoded."""
        self.name = path.stem
        self.broken_at: int | None = None
        self.warning: str | None = None
        self._path = path
        self._cache: FrameCache[Picture] = FrameCache(cache_bytes)
        self._image: Image.Image | None = None
        self._next = 0
        self._default_ms = 1000.0 / fps
        self.size = (0, 0)
        self._times, end = self._scan()
        self.fps = len(self) / end if end else fps

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds at which each frame is shown."""
        return self._times

    def __len__(self) -> int:
        return len(self._times)

    def __getitem__(self, index: int) -> Picture:
        place = range(len(self))[index]
        picture = self._cache.get(place)
        if picture is None:
            if place < self._next:
                self._rewind()
            while self._next <= place:
                picture = self._decode_next()[0]
        assert picture is not None
        return picture.copy()

    def __iter__(self) -> Iterator[Picture]:
        return (self[index] for index in range(len(self)))

    def close(self) -> None:
        """Let go of the file."""
        self._cache.clear()
        self._rewind()

    def _scan(self) -> tuple[NDArray[np.float64], float]:
        """Decode all frames: their times and the end of the last, in seconds."""
        with open_picture(self._path) as image:
            self.size = image.height, image.width
            declared = _declared(image)
        starts, now = [], 0.0
        for index in count() if declared is None else range(declared):
            try:
                _, milliseconds = self._decode_next()
            except MediaError:
                raise
            except _DECODE_ERRORS as error:
                if index == 0:
                    raise MediaError(f"{self._path} is broken: no frame of it can be decoded") from error
                self.broken_at = index
                self.warning = f"{self._path.name} breaks off after frame {index - 1}: {index} frames can be decoded"
                break
            starts.append(now)
            now += milliseconds
        self._rewind()
        return np.array(starts) / 1000, now / 1000

    def _decode_next(self) -> tuple[Picture, float]:
        """The next frame and for how long it is shown, in whole milliseconds."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self._image is None:
                self._image = open_picture(self._path)
            self._image.seek(self._next)
            self._image.load()
            frame = self._image.copy()
        frame.info.pop("exif", None)  # an orientation would turn single frames; none of these formats uses it so
        picture = read_picture(frame)
        if picture.shape[:2] != self.size:
            raise MediaError(
                f"{self._path}: frame {self._next} is {picture.shape[1]}x{picture.shape[0]} pixels, "
                f"but frame 0 is {self.size[1]}x{self.size[0]}: all frames must have one size"
            )
        self._cache.put(self._next, picture, picture.nbytes)
        self._next += 1
        duration = float(self._image.info.get("duration", self._default_ms) or 0)
        return picture, round(duration if duration >= _SHORTEST_MS else 100.0)

    def _rewind(self) -> None:
        if self._image is not None:
            self._image.close()
        self._image, self._next = None, 0


def _declared(image: Image.Image) -> int | None:
    """How many frames the file claims to hold; None when it is too broken to tell."""
    try:
        return int(getattr(image, "n_frames", 1))
    except _DECODE_ERRORS:
        return None
