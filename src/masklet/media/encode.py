"""Writing videos: H.264 in mp4, with the source's size, frame times and sound.

Even sizes are written as yuv420p, which every player shows. A size with an odd side keeps its size and is written as
yuv444p instead, because yuv420p cannot hold it: FFmpeg-based players and most browsers show it, some do not.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from masklet.errors import OutputError
from masklet.media.files import atomic_write, output_error
from masklet.media.frames import FrameSource
from masklet.media.overlay import Colour, colour, draw_overlay
from masklet.media.sound import SoundCopy
from masklet.media.yuv import to_video_frame
from masklet.values import Mask, Picture, Prompt

_RATE_LIMIT = 65535  # mp4 keeps a rate's numerator and denominator in 16 bits


class VideoWriter:
    """An mp4 in the making, under a temporary name until `close`.

    Frames are written in rising order of their index in the source; each is shown when the source shows it, also
    when the frame rate varies, and where indices are left out the frame before stays longer. The sound begins with
    the first written frame and ends with the source's, or with the last written frame when that is an earlier one.

    As a context manager it closes with keep=True when the block ends well or by Ctrl-C, and discards the file when
    another exception leaves it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        source: FrameSource,
        *,
        quality: int = 20,
        endless: bool = False,
        quick: bool = False,
    ) -> None:
        """quality: x264's CRF, 0 (lossless) to 51; 18 to 23 is good. quick: a third of the time for a file twice as
        large, in the calling thread alone, as suits what is written beside other work. endless: write in fragments, of
        which nothing is kept in memory; the index that whole files have would grow with the video until it is written.

        Raises OutputError when the place cannot be written to.
        """
        self.path = Path(path)
        self.frames = 0
        self._source = source
        self._times = source.times
        self._last_index = -1
        self._first_time = 0.0
        self._stack = ExitStack()
        temporary = self._stack.enter_context(atomic_write(self.path))
        try:
            options = {"movflags": "+faststart"}
            if endless:
                options = {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
            self._container: OutputContainer = av.open(str(temporary), "w", format="mp4", options=options)
            self._stream = self._add_video(quality, endless, quick)
            self._sound = SoundCopy(source.sound, self._container) if source.sound else None
        except BaseException as error:
            self._discard()
            if isinstance(error, FFmpegError | OSError):
                raise self._failure(error) from error
            raise

    def write(self, index: int, picture: Picture) -> None:
        """Add the picture (HxWx3 uint8 RGB of the source's size) for the source's frame `index`.

        Raises OutputError when it cannot be written (disk full); the file is then discarded.
        """
        if picture.shape != (*self._source.size, 3) or picture.dtype != np.uint8:
            raise ValueError(f"frame {index} is {picture.shape} {picture.dtype}, the video {self._source.size}")
        if index <= self._last_index:
            raise ValueError(f"frame {index} comes after frame {self._last_index}: write in rising order")
        try:
            self._encode(index, picture)
        except (FFmpegError, OSError) as error:
            self._discard()
            raise self._failure(error) from error

    def close(self, *, keep: bool = True) -> None:
        """Finish the file and give it its name; keep=False, or no frame written, leaves nothing behind.

        Raises OutputError when finishing fails; nothing is left behind then either. Closing twice is allowed.
        """
        if not keep or self.frames == 0:
            self._discard()
            return
        try:
            if self._sound is not None:
                whole = self._last_index >= len(self._source) - 1
                self._sound.copy_until(None if whole else self._end_of(self._last_index))
                self._sound.close()
            self._container.mux(self._stream.encode(None))
            self._container.close()
        except (FFmpegError, OSError) as error:
            self._discard()
            raise self._failure(error) from error
        self.frames = 0
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(keep=error is None or isinstance(error, KeyboardInterrupt))

    def _add_video(self, quality: int, endless: bool, quick: bool) -> VideoStream:
        height, width = self._source.size
        rate = Fraction(self._source.fps).limit_denominator(1001)
        options = {"crf": str(quality), "preset": "ultrafast" if quick else "veryfast"}
        if endless:
            options["bf"] = "0"  # a first fragment cannot tell by how much B-frames put off its pictures
        stream = self._container.add_stream("libx264", rate=max(rate, Fraction(1, 1001)), options=options)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p" if width % 2 == 0 and height % 2 == 0 else "yuv444p"
        context = stream.codec_context
        if quick:
            context.thread_count = 1
        context.time_base = self._unit = _clock(self._source.time_base)
        context.colorspace = int(Colorspace.ITU709)
        context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1  # limited
        return stream

    def _encode(self, index: int, picture: Picture) -> None:
        if self.frames == 0:
            self._first_time = float(self._times[index])
            if self._sound is not None:
                self._sound.begin_at(self._first_time)
        frame = to_video_frame(picture, str(self._stream.pix_fmt))
        frame.time_base = self._unit
        frame.pts = self._ticks(float(self._times[index]) - self._first_time)
        frame.duration = max(1, self._ticks(self._end_of(index) - self._first_time) - frame.pts)
        self._container.mux(self._stream.encode(frame))
        self.frames += 1
        self._last_index = index
        if self._sound is not None:
            self._sound.copy_until(float(self._times[index]))

    def _end_of(self, index: int) -> float:
        """When the frame after `index` is shown, in the source's seconds."""
        if index + 1 < len(self._times):
            return float(self._times[index + 1])
        return float(self._times[index]) + 1 / self._source.fps

    def _ticks(self, seconds: float) -> int:
        return round(seconds / self._unit)

    def _discard(self) -> None:
        """Close everything and leave no file."""
        self.frames = 0
        for part in (getattr(self, "_sound", None), getattr(self, "_container", None)):
            with suppress(FFmpegError, OSError):  # the file goes away in any case
                if part is not None:
                    part.close()
        stack, self._stack = self._stack.pop_all(), ExitStack()
        with suppress(_Discarded):
            stack.__exit__(_Discarded, _Discarded(), None)

    def _failure(self, error: Exception) -> OutputError:
        number = getattr(error, "errno", None) or errno.EIO
        return output_error(self.path, OSError(number, getattr(error, "strerror", None) or str(error)))


class OverlayWriter:
    """A video of the source's frames with masks drawn over them. See `VideoWriter`, whose manners it has.

    An object keeps the colour that its order of first appearance gave it.
    """

    def __init__(
        self, path: str | os.PathLike[str], source: FrameSource, *, quality: int = 23, endless: bool = False
    ) -> None:
        """quality: as for `VideoWriter` with quick=True: 23 is as good as that one's 20 without.

        Raises OutputError when the place cannot be written to.
        """
        self.path = Path(path)
        self._source = source
        self._writer = VideoWriter(path, source, quality=quality, endless=endless, quick=True)
        self._colours: dict[str, Colour] = {}

    def write(
        self,
        index: int,
        masks: Mapping[str, Mask],
        prompts: Mapping[str, Prompt] | None = None,
        *,
        picture: Picture | None = None,
    ) -> Picture:
        """Draw and add frame `index`; gives the drawn picture. picture: the frame, when it is at hand already."""
        for name in [*masks, *(prompts or {})]:
            self._colours.setdefault(name, colour(len(self._colours)))
        frame = self._source[index] if picture is None else picture
        drawn = draw_overlay(frame, masks, prompts, colours=self._colours)
        self._writer.write(index, drawn)
        return drawn

    def close(self, *, keep: bool = True) -> None:
        """Finish the file, or leave nothing of it."""
        self._writer.close(keep=keep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)


class _Discarded(Exception):
    """Tells `atomic_write` that the file is not wanted."""


def _clock(time_base: Fraction) -> Fraction:
    """A unit of time that an mp4 can hold and that the source's times are multiples of, as nearly as may be."""
    if time_base.denominator <= 1_000_000 and time_base.numerator <= _RATE_LIMIT:
        return time_base
    return Fraction(1, 90_000)
