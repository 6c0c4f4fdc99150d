"""A video's frames as a session asks for them: by numbers that are checked, and with what the network sees in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from operator import index
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from masklet.errors import PromptError
from masklet.media.frames import FrameSource, open_frames
from masklet.runtime.protocol import Features, Runtime
from masklet.session.features import FeatureCache
from masklet.session.geometry import Size
from masklet.values import Picture


class Footage:
    """The frames of one video. Pictures and features may be asked for in several threads; they wait for each other."""

    def __init__(
        self, runtime: Runtime, frames: FrameSource | str | os.PathLike[str] | Sequence[Any] | NDArray[Any]
    ) -> None:
        """frames: whatever `open_frames` takes. Raises MediaError for what is no video."""
        self.source = open_frames(frames)
        self._features = FeatureCache(runtime)
        self._reading = Lock()

    def __len__(self) -> int:
        return len(self.source)

    @property
    def size(self) -> Size:
        """(height, width)."""
        height, width = self.source.size
        return int(height), int(width)

    def number(self, frame: int) -> int:
        """The frame's number as an int. Raises PromptError unless the video has that frame."""
        count = len(self)
        if isinstance(frame, bool) or not hasattr(frame, "__index__"):
            raise PromptError(f"a frame is a whole number, not {frame!r}")
        if not 0 <= frame < count:
            more = f" ({self.source.warning})" if self.source.warning else ""
            raise PromptError(f"frame {frame} is not in the video: it has frames 0 to {count - 1}{more}")
        return index(frame)

    def numbers(self, start: int, stop: int | None, reverse: bool) -> range:
        """From `start` to before `stop`, or to the video's end (reverse: backward, to its beginning).

        Raises PromptError when they lie outside the video or nothing lies between them.
        """
        first = self.number(start)
        end = (-1 if reverse else len(self)) if stop is None else stop
        if stop is not None and (end < 0 or end > len(self)):
            raise PromptError(f"stop={stop} lies outside the video of {len(self)} frames")
        if (end >= first) if reverse else (end <= first):
            raise PromptError(f"nothing lies between start={first} and stop={end} in that direction")
        return range(first, end, -1 if reverse else 1)

    def read(self, number: int) -> Picture:
        """The frame's picture. Raises IndexError where the file turns out to break off before it."""
        with self._reading:
            return self.source[number]

    def picture(self, number: int) -> Picture:
        """The same for one frame that was asked for. Raises PromptError where it cannot be had."""
        try:
            return self.read(number)
        except IndexError as error:
            raise PromptError(f"frame {number} cannot be had: {error}") from error

    def see(self, number: int, picture: Picture) -> Features:
        """What the network sees in the frame, whose picture that is."""
        return self._features.see(number, picture)
