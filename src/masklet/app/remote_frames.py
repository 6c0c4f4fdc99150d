"""Frames that another process decodes: a FrameSource whose file cannot harm this process."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from masklet.app.decoders import Decoders, end_process
from masklet.app.settings import Settings
from masklet.errors import MediaError
from masklet.media.closing import Closing
from masklet.media.frame_cache import FrameCache
from masklet.media.frames import SoundTrack
from masklet.values import Picture

_CACHE_BYTES = 32 << 20


class RemoteFrames(Closing):
    """A FrameSource over `masklet.app.decoder`. See `media.frames.FrameSource`.

    The process is ended when an answer takes longer than the settings allow, and started anew when it is needed
    again. Calls from several threads wait for each other.
    """

    def __init__(self, path: Path, settings: Settings, decoders: Decoders | None = None) -> None:
        """decoders: where the process comes from.

        Raises MediaError, one line, for what is no video or picture, and for what passes the bounds.
        """
        self.name = path.stem
        self._path, self._settings = path, settings
        self._decoders = Decoders(settings) if decoders is None else decoders
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._cache: FrameCache[Picture] = FrameCache(_CACHE_BYTES)
        try:
            about = self._ask({"op": "open"})[0]
            self._take(about)
            self._check(about)
        except BaseException:
            self.close()
            raise

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self._size

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self._fps

    @property
    def times(self) -> NDArray[np.float64]:
        """Seconds at which each frame is shown."""
        return self._times[: self._count]

    def uneven_times(self) -> list[float]:
        """Seconds of each frame to the millisecond; none where every frame n is shown at n / fps, to half a frame."""
        times = self.times
        even = np.arange(len(times)) / self._fps
        return [] if np.abs(times - even).max(initial=0) < 0.5 / self._fps else times.round(3).tolist()

    @property
    def time_base(self) -> Fraction:
        """The unit of `times` in seconds."""
        return self._time_base

    @property
    def sound(self) -> SoundTrack | None:
        """Where the sound is, when there is any."""
        return self._sound

    @property
    def broken_at(self) -> int | None:
        """The first frame that cannot be had any more."""
        return self._broken_at

    @property
    def warning(self) -> str | None:
        """What is wrong with the file although frames can be had."""
        return self._warning

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Picture:
        if not -self._count <= index < self._count:
            raise IndexError(self._warning or f"there are {self._count} frames, none of number {index}")
        number = index % self._count
        with self._lock:
            held = self._cache.get(number)
            if held is None:
                payload = self._frame({"op": "frame", "index": number})
                held = np.frombuffer(payload, np.uint8).reshape(*self._size, 3)
                self._cache.put(number, held, held.nbytes)
        return held.copy()

    def jpeg(self, index: int, width: int) -> bytes:
        """Frame `index` as a JPEG no wider than `width`. IndexError past the end, MediaError as `__init__`."""
        with self._lock:
            return self._frame({"op": "frame", "index": index, "width": width})

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
        """End the process."""
        with self._lock:
            self._closed = True
            self._stop()

    def _frame(self, request: dict[str, Any]) -> bytes:
        answer, payload = self._ask(request)
        if "missing" in answer:
            self._take_state(answer)
            raise IndexError(answer["missing"])
        return payload

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if self._closed:
                raise MediaError("the file has been closed")
            until = time.monotonic() + self._settings.decoder_seconds
            try:
                process = self._started()
                cast(IO[bytes], process.stdin).write(json.dumps(request).encode() + b"\n")
                cast(IO[bytes], process.stdin).flush()
                answer: dict[str, Any] = json.loads(self._read_line(process, until))
                payload = self._read(process, int(answer["bytes"]), until)
            except TimeoutError:
                self._stop()
                seconds = self._settings.decoder_seconds
                raise MediaError(f"the file takes more than {seconds} s to decode, which is not allowed here") from None
            except (OSError, ValueError, KeyError, EOFError):
                self._stop()
                raise MediaError("the file is broken: it ended the process that decodes it") from None
        if "error" in answer:
            raise MediaError(str(answer["error"]))
        return answer, payload

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = self._decoders.take()
            cast(IO[bytes], self._process.stdin).write(
                json.dumps({"op": "file", "path": str(self._path)}).encode() + b"\n"
            )
            self._rest = b""
        return self._process

    def _read_line(self, process: subprocess.Popen[bytes], until: float) -> bytes:
        while b"\n" not in self._rest:
            self._rest += self._some(process, until)
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def _read(self, process: subprocess.Popen[bytes], count: int, until: float) -> bytes:
        parts, have = [self._rest[:count]], len(self._rest[:count])
        self._rest = self._rest[count:]
        while have < count:
            part = self._some(process, until)
            parts.append(part)
            have += len(part)
        data = b"".join(parts)
        self._rest = self._rest or data[count:]
        return data[:count]

    @staticmethod
    def _some(process: subprocess.Popen[bytes], until: float) -> bytes:
        output = cast(IO[bytes], process.stdout)
        ready, _, _ = select.select([output], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(output.fileno(), 1 << 20)
        if not part:
            raise EOFError
        return part

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_process(process)

    def _take(self, about: dict[str, Any]) -> None:
        self._size = int(about["height"]), int(about["width"])
        self._fps = float(about["fps"])
        self._times = np.array(about["times"], np.float64)
        self._time_base = Fraction(*about["time_base"])
        start = about["sound_start"]
        self._sound = None if start is None else SoundTrack(self._path, float(start))
        self._take_state(about)

    def _take_state(self, about: dict[str, Any]) -> None:
        self._count = int(about["frames"])
        self._broken_at, self._warning = about["broken_at"], about["warning"]

    def _check(self, about: dict[str, Any]) -> None:
        settings = self._settings
        if self._count > settings.max_frames:
            raise MediaError(f"the video has {self._count:,} frames, and {settings.max_frames:,} are allowed")
        if self._times[-1] > settings.max_seconds:
            raise MediaError(f"the video lasts {self._times[-1]:.0f} s, and {settings.max_seconds} s are allowed")
