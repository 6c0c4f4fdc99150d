"""Videos with transparency: ProRes 4444 in mov for editing programs, VP9 with alpha in WebM for the web."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, cast

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from masklet.errors import OutputError
from masklet.media.files import atomic_write, output_error
from masklet.media.frames import FrameSource
from masklet.media.sound import MOV, WEBM, SoundCopy

Kind = Literal["mov", "webm"]
_TICKS = Fraction(1, 90_000)


class AlphaWriter:
    """A video of HxWx4 RGBA frames (straight alpha) in the making, with the source's frame times and sound.

    Frames are written in order from the source's first. As a context manager it keeps the file when the block ends
    well, and leaves nothing otherwise. mov: ProRes 4444. webm: VP9, whose sides must be even: an odd last row or column
    is doubled.
    """

    def __init__(self, path: str | os.PathLike[str], source: FrameSource, kind: Kind) -> None:
        """Raises OutputError when the place cannot be written to."""
        self.path = Path(path)
        self._times, self._webm = source.times, kind == "webm"
        self._stack = ExitStack()
        temporary = self._stack.enter_context(atomic_write(self.path))
        self._container = av.open(str(temporary), "w", format=kind)
        rate = max(Fraction(source.fps).limit_denominator(1001), Fraction(1, 1001))
        codec, options = ("libvpx-vp9", _VP9) if self._webm else ("prores_ks", {"profile": "4444", "alpha_bits": "16"})
        self._stream = cast(VideoStream, self._container.add_stream(codec, rate=rate, options=options))
        height, width = source.size
        self._room = (height % 2, width % 2) if self._webm else (0, 0)
        self._stream.width, self._stream.height = width + self._room[1], height + self._room[0]
        self._stream.pix_fmt = "yuva420p" if self._webm else "yuva444p10le"
        context = self._stream.codec_context
        context.time_base = _TICKS
        context.colorspace = int(Colorspace.ITU709)
        context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1
        sound = source.sound
        self._sound = SoundCopy(sound, self._container, WEBM if self._webm else MOV) if sound else None
        self._count = 0

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Add the next frame. Raises OutputError when it cannot be written."""
        try:
            if any(self._room):
                picture = np.pad(picture, ((0, self._room[0]), (0, self._room[1]), (0, 0)), mode="edge")
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgba").reformat(
                format=self._stream.pix_fmt, dst_colorspace=Colorspace.ITU709, threads=1
            )
            seconds = float(self._times[self._count])
            frame.time_base, frame.pts = _TICKS, round(seconds / _TICKS)
            self._container.mux(self._stream.encode(frame))
            self._count += 1
            if self._sound is not None:
                self._sound.copy_until(seconds)
        except (FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def close(self, *, keep: bool = True) -> None:
        """Finish the file, or leave nothing of it. Raises OutputError when finishing fails."""
        try:
            if keep and self._count:
                if self._sound is not None:
                    self._sound.copy_until(None)
                    self._sound.close()
                self._container.mux(self._stream.encode(None))
                self._container.close()
                self._stack.close()
                return
        except (FFmpegError, OSError) as error:
            self._discard()
            raise self._failure(error) from error
        self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(keep=error is None)

    def _discard(self) -> None:
        with suppress(FFmpegError, OSError):
            self._container.close()
        with suppress(_Discarded):
            self._stack.pop_all().__exit__(_Discarded, _Discarded(), None)

    def _failure(self, error: Exception) -> OutputError:
        number = getattr(error, "errno", None) or errno.EIO
        return output_error(self.path, OSError(number, getattr(error, "strerror", None) or str(error)))


class _Discarded(Exception):
    """Tells `atomic_write` that the file is not wanted."""


_VP9 = {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5", "auto-alt-ref": "0"}
