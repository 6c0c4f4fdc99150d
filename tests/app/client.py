"""A server in a process of its own, and a client that speaks HTTP to it and nothing else."""

from __future__ import annotations

import http.client
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np

from masklet.media.rle import decode_mask
from tests.session import drawn

ROOT = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status, self.text = status, text


class Gone(ConnectionError):
    """No whole answer came: the server ended before or while it answered."""


@contextmanager
def whole_answers() -> Iterator[None]:
    """Each way in which an answer can be missing or cut off raises Gone."""
    try:
        yield
    except urllib.error.HTTPError:  # an answer, too
        raise
    except (OSError, http.client.HTTPException) as error:
        raise Gone(f"{type(error).__name__}: {error}") from error


@dataclass
class Server:
    """Start it with `start`; `said` is what it printed until then, `address` is in it."""

    home: Path
    words: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    module: tuple[str, ...] = ("tests.app.serve",)
    process: subprocess.Popen[str] | None = None
    address: str = ""
    said: str = ""

    def start(self) -> Server:
        command = [sys.executable, "-m", *self.module, "--port", "0", "--no-browser", "--home", str(self.home)]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", **self.environment}
        self.process = subprocess.Popen(
            [*command, *self.words], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            if "http://" in line:
                self.address = line.split("masklet app: ")[1].split()[0].rstrip("/")
                return self
        raise AssertionError(f"the server did not start: {self.said}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> str:
        """End it as Ctrl-C does; gives what it had still to say."""
        assert self.process is not None
        self.process.terminate()
        try:
            said = self.process.communicate(timeout=60)[1]
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return said or ""

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The answer's JSON, or its bytes. body: bytes, or anything else as JSON. Raises Refused, and Gone."""
        given = {} if headers is None else dict(headers)
        if isinstance(body, bytes):
            given.setdefault("Content-Type", "application/octet-stream")
        elif body is not None:
            body = json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.address + path, data=body, method=method, headers=given)
        try:
            with whole_answers(), urllib.request.urlopen(request, timeout=120) as answer:
                if answer.length is None and not answer.chunked:
                    raise ConnectionResetError("the headers ended")
                data, kind = answer.read(), answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            with whole_answers():
                told = error.read()
            raise Refused(error.code, json.loads(told)["error"]) from error
        return json.loads(data) if "json" in kind else data

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.ask("POST", path, b"" if body is None else body)

    def events(self, project: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Kind and value of each event, as they come; they have no end but that of the server, which raises Gone."""
        with whole_answers():
            stream = urllib.request.urlopen(f"{self.address}/api/projects/{project}/events", timeout=60)
        with stream:
            kind = ""
            while True:
                with whole_answers():
                    raw = stream.readline()
                    if not raw.endswith(b"\n"):
                        raise ConnectionResetError("the events ended")
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    yield kind, json.loads(line[6:])

    def follow(self, project: str) -> list[dict[str, Any]]:
        """Follow to the end; the "masks" events on the way."""
        found = []
        events = self.events(project)
        next(events)
        self.post(f"/api/projects/{project}/follow")
        for kind, value in events:
            if kind == "masks":
                found.append(value)
            if kind == "followed":
                assert value["problem"] is None, value
                return found
        raise AssertionError("the events ended")


def clip_bytes(folder: Path, frames: int = 12) -> bytes:
    """The two moving shapes as an mp4 without losses that matter."""
    path = folder / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = drawn.WIDTH, drawn.HEIGHT, "yuv420p"
        for picture in drawn.clip(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path.read_bytes()


def mask_of(value: dict[str, Any]) -> np.ndarray:
    return decode_mask({"size": [drawn.HEIGHT, drawn.WIDTH], "counts": value["counts"]})


def click(server: Server, project: str, target: str, frame: int, at: tuple[float, float], label: int = 1) -> Any:
    said = {"object": target, "frame": frame, "points": [at], "labels": [label]}
    return server.post(f"/api/projects/{project}/prompts", said)


def make(server: Server, place: str, **wanted: Any) -> bytes:
    """Export, wait for it, fetch it."""
    events = server.events(place.rsplit("/", 1)[1])
    next(events)
    server.post(f"{place}/exports", wanted)
    for kind, told in events:
        if kind == "export" and "done" not in told:
            assert "file" in told, told
            data = server.get(f"{place}/exports/{told['file']}")
            return data if isinstance(data, bytes) else json.dumps(data).encode()
    raise AssertionError("the events ended")


def zip_of(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def ask(server: Server, method: str, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """A request with these headers and no others, as a browser or an attacker may send it."""
    address = urlsplit(server.address)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", headers.get("Content-Length", "0"))
    connection.endheaders()
    return connection.getresponse()
