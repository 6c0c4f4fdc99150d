"""Decoding processes: one is started while an upload still comes in, so that the file need not wait for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import IO, cast

from masklet.app.settings import Settings
from masklet.media.closing import Closing


class Decoders(Closing):
    """Starts `masklet.app.decoder` for whoever needs one. Methods may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._ready: subprocess.Popen[bytes] | None = None
        self._closed = False

    def prepare(self) -> None:
        """Have a process ready for the next `take`; at most one waits."""
        with self._lock:
            if not self._closed and (self._ready is None or self._ready.poll() is not None):
                self._ready = self._start()

    def take(self) -> subprocess.Popen[bytes]:
        """A process that nobody has asked anything yet; it belongs to the caller."""
        with self._lock:
            process, self._ready = self._ready, None
        return process if process is not None and process.poll() is None else self._start()

    def close(self) -> None:
        """End the one that waits."""
        with self._lock:
            process, self._ready, self._closed = self._ready, None, True
        if process is not None:
            end_process(process)

    def _start(self) -> subprocess.Popen[bytes]:
        words = [str(self._settings.decoder_memory), str(self._settings.max_pixels)]
        # One thread each: twenty projects would otherwise start twenty times all cores' threads.
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "masklet.app.decoder", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, **threads},
        )


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and let go of its pipes."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            cast(IO[bytes], stream).close()
    process.wait()
