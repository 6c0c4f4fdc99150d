"""Projects by their ids: found, deleted, let go and read again."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from masklet.app.project import Project
from masklet.app.settings import Settings
from masklet.app.store import Store, plain_title
from masklet.net import Net
from tests.app.client import Refused, Server
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime


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


def test_those_used_longest_ago_are_let_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path, Net(FakeRuntime()), replace(Settings(), max_sessions=2))
    first, second = (store.make_sample("shapes").id for _ in range(2))
    kept = store.get(first)
    third = store.make_sample("shapes").id
    assert store.in_memory == 2
    assert store.get(first) is kept
    assert store.get(second).id == second  # from the disk; the third goes for it
    assert store.in_memory == 2
    assert store.get(third).state()["title"] == "A picture of shapes"
    store.close()
    assert store.in_memory == 0


def test_what_a_crash_left_goes_away_and_titles_can_be_shown(tmp_path: Path) -> None:
    (tmp_path / "half.new").mkdir()
    Store(tmp_path, Net(FakeRuntime()), Settings())
    assert list(tmp_path.iterdir()) == []
    assert plain_title(" a\x00\n\u202eb ") == "ab"
    assert plain_title("\n") == "untitled"
    assert len(plain_title("x" * 500)) == 120


def test_a_project_is_read_again_only_when_it_has_been_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, Net(FakeRuntime()), replace(Settings(), max_sessions=1))
    first = store.make_sample("shapes")
    closing, may_close, plain = threading.Event(), threading.Event(), Project.close

    def close(project: Project) -> None:
        closing.set()
        may_close.wait(timeout=30)
        plain(project)

    monkeypatch.setattr(Project, "close", close)
    found: list[Project] = []
    other = threading.Thread(target=store.make_sample, args=("shapes",))
    again = threading.Thread(target=lambda: found.append(store.get(first.id)))
    other.start()
    assert closing.wait(timeout=30)  # the other one needs the room of the first
    again.start()
    again.join(timeout=0.3)
    assert found == []
    may_close.set()
    again.join()
    other.join()
    assert found[0] is not first
    store.close()
