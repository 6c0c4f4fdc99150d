"""A video file as frames: any of them at once, without holding the video in memory."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from masklet.errors import MediaError
from masklet.media.closing import Closing
from masklet.media.frame_cache import FrameCache
from masklet.media.frames import SoundTrack
from masklet.media.picture import check_readable_file
from masklet.media.video_index import Restart, decode_packets, open_video, read_index
from masklet.values import Picture

_CACHE_BYTES = 256 << 20
_SHORT_SKIP = 8  # frames over which decoding on is cheaper than seeking
_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED


class VideoFile(Closing):
    """A FrameSource over a video file. See `frames.FrameSource`.

    Frames come upright: the display matrix (rotation, mirroring) is applied. The pixel aspect ratio is not, because
    masks are of the stored pixels. Frames of another size than the first are scaled to it. A frame in the middle
    that cannot be decoded shows the one before it, as players do, and `warning` tells of it.

    Reading forwards decodes each frame once. Reading backwards decodes from the last key frame and keeps what the
    memory bound (cache_bytes, of frames as they were decoded) holds, so that a group of pictures is decoded once for
    each such portion. Calls from several threads wait for each other.
    """

    def __init__(self, path: Path, *, cache_bytes: int = _CACHE_BYTES) -> None:
        """Raises MediaError when the file is missing, empty, no video, or not one frame can be decoded."""
        check_readable_file(path, "video")
        self.path = path
        self.name = path.stem
        self.broken_at: int | None = None
        self.warning: str | None = None
        self._index = read_index(path)
        self._count = len(self._index.place_of)
        self._cache: FrameCache[VideoFrame] = FrameCache(cache_bytes)
        self._matrices: dict[int, NDArray[np.int8]] = {}  # by rotation
        self._lock = threading.RLock()
        self._container: InputContainer | None = None
        self._frames: Iterator[tuple[int, VideoFrame]] = iter(())
        self._begun_at: Restart | None = None  # where the present decoding began
        self._last = -1  # the frame it gave last
        self._closed = False
        self._check_ends()

    @property
    def fps(self) -> float:
        """Frames per second, the mean when the rate varies."""
        return self._index.fps

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds at which each frame is shown, the first at 0."""
        return self._index.times[: self._count]

    @property
    def time_base(self) -> Fraction:
        """The unit of `times` in seconds."""
        return self._index.time_base

    @property
    def sound(self) -> SoundTrack | None:
        """The file itself, when it has sound."""
        return SoundTrack(self.path, self._index.start) if self._index.has_sound else None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Picture:
        with self._lock:
            if not -self._count <= index < self._count:
                raise IndexError(self.warning or f"{self.name} has {self._count} frames, none of number {index}")
            frame = self._frame(index % self._count)
        return _to_rgb(frame, self.size, self._matrix_of(frame))

    def __iter__(self) -> Iterator[Picture]:
        index = 0
        while index < self._count:
            try:
                picture = self[index]
            except IndexError:
                return
            yield picture
            index += 1

    def close(self) -> None:
        """Let go of the file and the decoded frames."""
        with self._lock:
            self._closed = True
            self._cache.clear()
            self._stop()

    def _check_ends(self) -> None:
        """Decode the first frame, which tells the size, and, when the file seems cut off, the last ones."""
        try:
            first = self._frame(0)
            upright = self._matrix_of(first)[0, 0]
            self.size = (first.height, first.width) if upright else (first.width, first.height)
            if self._index.cut_off:
                while True:
                    before = self._count
                    self._frame(before - 1)
                    if before == self._count:
                        break
                self._note_break()
        except IndexError:
            if self._count == 0:
                self.close()
                raise MediaError(f"{self.path}: not one frame of it can be decoded") from None
            self._check_ends()
        except MediaError:
            self.close()
            raise

    def _frame(self, index: int) -> VideoFrame:
        """The decoded frame; IndexError when it turns out that the file breaks off before it."""
        held = self._cache.get(index)
        if held is not None:
            return held
        if self._closed:
            raise ValueError(f"the video {self.name} has been closed")
        restarts = self._index.restarts
        nearest = bisect_right(restarts, index, key=lambda restart: restart.place) - 1
        if not self._may_go_on(index, restarts[nearest]):
            self._restart(restarts[nearest])
        step = 1
        while True:
            reached = self._decode_until(index)
            frame = self._cache.get(index)
            if frame is not None:
                return frame
            # Nothing at or before this frame was given: the key frame is not one, or the seek went too far.
            if reached is not None or nearest == 0:
                return self._fill_gap(index, reached)
            nearest, step = max(nearest - step, 0), step * 2
            self._restart(restarts[nearest])

    def _matrix_of(self, frame: VideoFrame) -> NDArray[np.int8]:
        """The frame's display matrix, looked up by its rotation: who asks PyAV for a frame's side data ties the frame
        into a ring, which keeps its picture in memory until Python looks for rings."""
        rotation = int(getattr(frame, "rotation", 0))
        if rotation not in self._matrices:
            self._matrices[rotation] = _matrix(frame)
        return self._matrices[rotation]

    def _may_go_on(self, index: int, nearest: Restart) -> bool:
        if self._begun_at is None or index <= self._last:
            return False
        return nearest.place <= self._last + 1 or index - self._last <= _SHORT_SKIP

    def _decode_until(self, index: int) -> int | None:
        """Decode into the cache until frame `index` or a later one. The last frame before `index` that is held."""
        before: int | None = self._last if 0 <= self._last < index else None
        for place, frame in self._frames:
            self._last = max(self._last, place)
            self._cache.put(place, frame, sum(plane.buffer_size for plane in frame.planes))
            if place < index:
                before = place if before is None else max(place, before)
            else:
                return before
        self._stop()
        return before

    def _fill_gap(self, index: int, before: int | None) -> VideoFrame:
        """Frame `index` was not given: the one before it stands in, unless nothing follows."""
        ended = self._begun_at is None
        if ended:
            self._count = 0 if before is None else before + 1
            self._note_break()
            raise IndexError(self.warning)
        stand_in = None if before is None else self._cache.get(before)
        if stand_in is None:  # the first frame of all, or a memory bound of one frame
            stand_in = self._cache.get(self._last)
        assert stand_in is not None, "the newest frame is always held"
        if self.warning is None:
            self.warning = f"{self.path.name}: frame {index} cannot be decoded and is shown as its neighbour"
        self._cache.put(index, stand_in, 0)
        return stand_in

    def _note_break(self) -> None:
        """The file breaks off: say where."""
        self.broken_at = self._count
        if self._count == 0:
            return
        declared = f" of {self._index.declared}" if self._index.declared > self._count else ""
        end = self._index.times[self._count - 1]
        self.warning = (
            f"{self.path.name} breaks off after frame {self._count - 1} ({end:.2f} s): "
            f"{self._count}{declared} frames can be decoded"
        )

    def _restart(self, at: Restart) -> None:
        """Begin decoding at a key frame."""
        try:
            if self._container is None or at.seek_to is None:
                self._stop(close=True)
                self._container, self._stream = open_video(self.path)
            if at.seek_to is not None:
                self._container.seek(at.seek_to, stream=self._stream, backward=True)
        except (FFmpegError, OSError):
            self._stop(close=True)
            if at.seek_to is not None:
                self._begun_at, self._last, self._frames = at, -1, iter(())
                return
            raise MediaError(f"{self.path} can no longer be read") from None
        self._begun_at, self._last = at, -1
        self._frames = self._placed(self._container)

    def _placed(self, container: InputContainer) -> Iterator[tuple[int, VideoFrame]]:
        for frame in decode_packets(container, self._stream, self._index.number_of):
            place = None if frame.pts is None else self._index.place_of.get(frame.pts)
            if place is not None:
                yield place, frame

    def _stop(self, *, close: bool = False) -> None:
        self._frames, self._begun_at, self._last = iter(()), None, -1
        if self._container is not None and (close or self._closed):
            self._container.close()
            self._container = None


def _to_rgb(frame: VideoFrame, size: tuple[int, int], matrix: NDArray[np.int8]) -> Picture:
    """HxWx3 RGB, upright, of `size`."""
    height, width = size if matrix[0, 0] else size[::-1]
    source = frame.colorspace
    if source == _UNSPECIFIED:  # what players assume
        source = int(Colorspace.ITU709 if frame.height > 576 or frame.width > 1024 else Colorspace.ITU601)
    rgb = frame.reformat(width=width, height=height, format="rgb24", src_colorspace=source, threads=1)
    return _turned(np.asarray(rgb.to_ndarray(), np.uint8), matrix)


def _matrix(frame: VideoFrame) -> NDArray[np.int8]:
    """The display matrix as quarter turns and mirrorings: 2x2 of -1, 0, 1; (x, y) @ matrix is shown."""
    side_data = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(side_data, Buffer):
        return np.eye(2, dtype=np.int8)
    turn = np.frombuffer(bytes(side_data), np.int32)[:9].reshape(3, 3)[:2, :2].astype(np.int64)
    upright = abs(turn[0, 0]) >= abs(turn[0, 1])
    kept = np.where(np.eye(2, dtype=bool) == upright, np.sign(turn), 0).astype(np.int8)
    return kept if np.abs(kept).sum() == 2 else np.eye(2, dtype=np.int8)


def _turned(picture: Picture, matrix: NDArray[np.int8]) -> Picture:
    if not matrix[0, 0]:
        picture = picture.transpose(1, 0, 2)
    across, down = matrix.sum(axis=0)
    return np.ascontiguousarray(picture[:: int(down), :: int(across)])
