"""What happens is told to everyone who looks on."""

from __future__ import annotations

from typing import Any

from tests.app.client import Server, click
from tests.session import drawn


def test_two_pages_see_each_other(server: Server, project: dict[str, Any]) -> None:
    other = server.events(project["id"])
    assert next(other)[0] == "hello"
    red = server.post(f"/api/projects/{project['id']}/objects", {"name": "red"})["id"]
    assert next(other)[1]["objects"][0]["name"] == "red"
    answer = click(server, project["id"], red, 0, drawn.disc(0))
    kind, value = next(other)
    assert (kind, value["objects"][red]["counts"]) == ("masks", answer["counts"])
