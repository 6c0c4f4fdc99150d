"""What happens in a project, told to every page that looks at it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

_BEHIND = 2000  # events that a page may be behind; one that falls back further is told to read everything anew
_ALIVE_SECONDS = 15.0


class Hub:
    """Events go out in the order in which they are published, from any thread, to any number of listeners."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many pages look on."""
        return len(self._listeners)

    def publish(self, kind: str, value: dict[str, Any]) -> None:
        """Tell all listeners."""
        text = f"event: {kind}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
        with self._lock:
            for listener in self._listeners:
                listener.put(text)

    async def listen(self, read: Callable[[], Awaitable[dict[str, Any]]]) -> AsyncIterator[str]:
        """Server-Sent Events as text: what `read` gives as "hello", then what is published, until the listener leaves.

        It is read when the listener is there already: what happens meanwhile is told after it and not lost between.
        """
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            if self._closed:  # between being asked for and now; who asks again finds what is open then
                return
            self._listeners.add(listener)
        try:
            yield f"event: hello\ndata: {json.dumps(await read(), ensure_ascii=False)}\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(listener.queue.get(), _ALIVE_SECONDS)
                except TimeoutError:
                    text = ": alive\n\n"
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def close(self) -> None:
        """Let all listeners go, and let in no more."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.put(None)


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = loop

    def put(self, text: str | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._put, text)

    def _put(self, text: str | None) -> None:
        # A page that fell too far behind is disconnected; it connects again and reads the whole state.
        self.queue.put_nowait(text if self.queue.qsize() < _BEHIND else None)
