"""Many sessions at once all get on, and whoever clicks need not wait; following goes on where it was cut off."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.app.client import Server, click, clip_bytes, mask_of
from tests.session import drawn


@pytest.mark.parametrize("count", [pytest.param(4, id="4"), pytest.param(20, id="20", marks=pytest.mark.slow)])
def test_nobody_starves(tmp_path: Path, count: int) -> None:
    clip, last = clip_bytes(tmp_path, 40), 39
    server = Server(tmp_path / "home", environment={"MASKLET_TEST_PAUSE": "0.02"}).start()
    places = []
    for _ in range(count):
        place = f"/api/projects/{server.post('/api/projects', clip)['id']}"
        target = server.post(f"{place}/objects", {})["id"]
        server.post(f"{place}/prompts", {"object": target, "frame": 0, "points": [drawn.disc(0)]})
        places.append(place)
    order: list[tuple[str, int]] = []
    ended = [threading.Thread(target=watch, args=(server, place, order)) for place in places]
    for thread in ended:
        thread.start()
    for place in places:
        server.post(f"{place}/follow")
    server.post(f"{places[0]}/prompts", {"object": "o1", "frame": 0, "points": [drawn.disc(0)]})
    assert len(order) < count * last  # a click is answered while all the others follow
    for thread in ended:
        thread.join(timeout=300)
    for place in places:
        assert len(server.get(f"{place}/masks")["frames"]) == last + 1
    # From when all have begun until the first one ends, all get on; one may miss a turn while its thread wakes up.
    begun = max(next(at for at, (who, _) in enumerate(order) if who == place) for place in places)
    first_end = next(at for at, (_, frame) in enumerate(order) if frame == last)
    turns = Counter(who for who, _ in order[begun:first_end])
    assert max(turns.values(), default=0) <= 3 * min(turns.get(place, 0) for place in places) + 6
    server.stop()


def test_every_page_hears_when_following_begins_and_when_it_ends(server: Server, project: dict[str, Any]) -> None:
    place = project["id"]
    target = server.post(f"/api/projects/{place}/objects", {})["id"]
    click(server, place, target, 0, drawn.disc(0))
    events = server.events(place)
    assert not next(events)[1]["following"]
    server.post(f"/api/projects/{place}/follow")
    heard = []
    for kind, value in events:
        heard.append((kind, value.get("following")))
        if kind == "followed":
            break
    assert heard[0] == ("objects", True)
    assert heard[-2:] == [("objects", False), ("followed", None)]


def watch(server: Server, place: str, order: list[tuple[str, int]]) -> None:
    for kind, value in server.events(place.rsplit("/", 1)[1]):
        told: dict[str, Any] = value
        if kind == "masks" and "speed" in told:
            order.append((place, told["frame"]))
        if kind == "followed":
            return


def test_following_goes_on_where_a_killed_server_left_off(tmp_path: Path, clip: bytes) -> None:
    server = Server(tmp_path, environment={"MASKLET_TEST_PAUSE": "0.05"}).start()
    project = server.post("/api/projects", clip)["id"]
    place = f"/api/projects/{project}"
    target = server.post(f"{place}/objects", {})["id"]
    server.post(f"{place}/prompts", {"object": target, "frame": 0, "points": [drawn.disc(0)]})
    events = server.events(project)
    next(events)
    server.post(f"{place}/follow")
    seen = 0
    for kind, _ in events:
        seen += kind == "masks"
        if seen == 4:
            break
    server.kill()
    server = Server(tmp_path).start()
    there = server.get(f"{place}/masks")["frames"]
    assert len(there) >= 5
    rest = server.follow(project)
    assert [event["frame"] for event in rest] == list(range(len(there), 12))
    for event in rest:
        true = drawn.truth(drawn.draw(event["frame"]), drawn.RED)
        assert drawn.iou(mask_of(event["objects"][target]), true) > 0.8
    server.stop()
