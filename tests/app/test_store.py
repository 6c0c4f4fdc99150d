"""Projects by their ids: found, deleted, let go and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.client import Refused, Server
from tests.session import drawn


def test_a_deleted_project_is_gone(server: Server, clip: bytes) -> None:
    made = server.post("/api/projects", clip)
    server.ask("DELETE", f"/api/projects/{made['id']}")
    with pytest.raises(Refused, match="404"):
        server.get(f"/api/projects/{made['id']}")
    assert not (server.home / made["id"]).exists()


@pytest.mark.parametrize("name", ["x", "..", "a" * 22, "..%2f..%2fetc", "a" * 21 + "%00"])
def test_unknown_projects_are_not_found(server: Server, name: str) -> None:
    with pytest.raises(Refused, match="404"):
        server.get(f"/api/projects/{name}")


def test_few_projects_stay_in_memory_and_the_others_come_back(tmp_path: Path, clip: bytes) -> None:
    server = Server(tmp_path, environment={"MASKLET_APP_MAX_SESSIONS": "2"}).start()
    places = []
    for _ in range(4):
        place = f"/api/projects/{server.post('/api/projects', clip)['id']}"
        target = server.post(f"{place}/objects", {})["id"]
        server.post(f"{place}/prompts", {"object": target, "frame": 0, "points": [drawn.disc(0)]})
        places.append(place)
    for place in places:
        server.follow(place.rsplit("/", 1)[1])
        assert len(server.get(f"{place}/masks")["frames"]) == 12
    server.stop()
