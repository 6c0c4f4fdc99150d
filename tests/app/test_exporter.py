"""One export at a time, seen only when it is whole, and nothing left of one that was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.client import Refused, Server, make


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path).start()
    yield running
    running.stop()


def began(server: Server, project: str) -> tuple[str, Iterator[tuple[str, dict[str, Any]]]]:
    """An export that takes a while, after its first step: its file's name, and the events from there on."""
    events = server.events(project)
    next(events)
    wanted = {"what": "effect", "form": "png", "look": {"effect": "blur", "strength": 1.0}}
    name = server.post(f"/api/projects/{project}/exports", wanted)["file"]
    assert next(told for kind, told in events if kind == "export")["done"] < 75
    return name, events


def test_a_file_is_there_once_it_is_whole_and_not_before(own_server: Server) -> None:
    project = own_server.post("/api/projects", {"sample": "fish"})["id"]
    place = f"/api/projects/{project}"
    name, events = began(own_server, project)
    with pytest.raises(Refused, match="no such file"):
        own_server.get(f"{place}/exports/{name}")
    with pytest.raises(Refused, match="being made for this project already"):
        own_server.post(f"{place}/exports", {"what": "masks"})
    own_server.ask("DELETE", f"{place}/exports")
    ended = next(told for kind, told in events if kind == "export" and "done" not in told)
    assert ended == {"problem": "it was stopped"}
    assert list((own_server.home / project / "out").iterdir()) == []
    own_server.post(f"{place}/exports", {"what": "sav"})  # and the next one may begin
    assert "file" in next(told for kind, told in events if kind == "export" and "done" not in told)


def test_a_project_that_is_deleted_meanwhile_is_gone_with_its_export(own_server: Server) -> None:
    project = own_server.post("/api/projects", {"sample": "fish"})["id"]
    began(own_server, project)
    own_server.ask("DELETE", f"/api/projects/{project}")
    assert list(own_server.home.iterdir()) == []
    assert "Traceback" not in own_server.stop()


def test_what_turns_out_wrong_is_told_as_an_event(server: Server, followed: str) -> None:
    with pytest.raises(AssertionError, match="mp4 holds no transparency"):
        make(server, followed, what="effect", look={"effect": "cutout"})
    for name in ("..%2fproject.json", "project.json", "x" * 22 + ".mp4"):
        with pytest.raises(Refused, match="no such file|Not Found"):
            server.get(f"{followed}/exports/{name}")
