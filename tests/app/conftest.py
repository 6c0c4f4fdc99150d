"""One server for the tests that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.client import Server, clip_bytes
from tests.session import drawn


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return clip_bytes(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home")).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory, clip: bytes) -> Path:
    path = tmp_path_factory.mktemp("upload") / "two shapes.mp4"
    path.write_bytes(clip)
    return path


@pytest.fixture
def project(server: Server, clip: bytes) -> dict[str, Any]:
    return server.post("/api/projects?title=two%20shapes", clip)


@pytest.fixture(scope="module")
def followed(server: Server, clip: bytes) -> str:
    """A project with both shapes followed; its path."""
    made = server.post("/api/projects?title=two%20shapes.mp4", clip)["id"]
    place = f"/api/projects/{made}"
    for name, at in (("red disc", drawn.disc(0)), ("blue/square", drawn.square(0))):
        target = server.post(f"{place}/objects", {"name": name})["id"]
        server.post(f"{place}/prompts", {"object": target, "frame": 0, "points": [at]})
    server.follow(made)
    return place
