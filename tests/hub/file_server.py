"""A real HTTP server that hands out one file, as well or as badly as a test asks for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import numpy as np

from tests.hub.serving import serving


@dataclass
class FileServer:
    """data: the file. breaks: after how many bytes of the body each of the next answers breaks off. statuses: what the
    next answers are instead. ranges: whether it can give parts. tag: its ETag. pause: seconds after each 64 KiB."""

    data: bytes
    breaks: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    ranges: bool = True
    tag: str = '"first"'
    kind: str = "application/octet-stream"
    pause: float = 0.0
    chunked: bool = False
    url: str = ""
    asked: list[str | None] = field(default_factory=list)  # each request's Range

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def random_bytes(count: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(count)


@contextmanager
def serve(data: bytes) -> Iterator[FileServer]:
    file = FileServer(data)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            file.asked.append(self.headers.get("Range"))
            if file.statuses:
                self.send_response(file.statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = self._start()
            if start >= len(file.data) > 0 and start:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(file.data)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._give(start)

        def _start(self) -> int:
            asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
            if not asked or not file.ranges or (condition and condition != file.tag):
                return 0
            return int(asked.removeprefix("bytes=").removesuffix("-"))

        def _give(self, start: int) -> None:
            body = file.data[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(file.data) - 1}/{len(file.data)}")
            self.send_header("Content-Type", file.kind)
            if file.tag:
                self.send_header("ETag", file.tag)
            if file.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = file.breaks.pop(0) if file.breaks else len(body)
            for at in range(0, min(cut, len(body)), 1 << 16):
                piece = body[at : min(at + (1 << 16), cut)]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if file.chunked else piece)
                time.sleep(file.pause)
            if file.chunked and cut == len(body):
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked has left, or was killed
                super().handle()

    with serving(Handler) as url:
        file.url = f"{url}/weights.pt"
        yield file
