"""The server is killed at random moments: every accepted prompt and every mask that was told is there again."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.app.client import Refused, Server
from tests.session import drawn


@pytest.mark.parametrize("kills", [pytest.param(3, id="3"), pytest.param(50, id="50", marks=pytest.mark.slow)])
def test_nothing_accepted_is_lost(tmp_path: Path, clip: bytes, kills: int) -> None:
    chance = random.Random(kills)
    server = Server(tmp_path, environment={"MASKLET_TEST_PAUSE": "0.01"}).start()
    project = server.post("/api/projects", clip)["id"]
    place = f"/api/projects/{project}"
    target = server.post(f"{place}/objects", {})["id"]
    accepted: list[tuple[int, list[float]]] = []
    told: dict[int, dict[str, Any]] = {}  # masks since the last prompt: none of them can be out of date
    for _ in range(kills):
        killer = threading.Timer(chance.uniform(0.05, 0.9), server.kill)
        killer.start()
        work(server, place, target, chance, accepted, told)
        killer.join()
        server = Server(tmp_path, environment=server.environment).start()
        thing = server.get(place)["objects"][0]
        kept = [(int(frame), point) for frame, said in thing["prompts"].items() for point in said["points"]]
        # the last one may have been on disk when the answer did not come through any more
        assert set(map(str, accepted)) <= set(map(str, kept))
        assert len(kept) <= len(accepted) + 1
        masks = server.get(f"{place}/masks")["frames"]
        if len(kept) == len(accepted):
            for frame, mask in told.items():
                assert masks[str(frame)][target] == mask
        else:
            told.clear()
        accepted = kept
    assert accepted
    server.stop()


def work(
    server: Server,
    place: str,
    target: str,
    chance: random.Random,
    accepted: list[tuple[int, list[float]]],
    told: dict[int, dict[str, Any]],
) -> None:
    """Prompt and follow until the server is gone."""
    try:
        while True:
            frame = chance.randrange(12)
            x, y = drawn.disc(frame)
            point = [x + chance.randint(-8, 8) / 2, y + chance.randint(-8, 8) / 2]
            mask = server.post(f"{place}/prompts", {"object": target, "frame": frame, "points": [point]})
            accepted.append((frame, point))
            told.clear()
            told[frame] = mask
            for event in followed(server, place):
                told.update({event["frame"]: event["objects"][target]} if target in event["objects"] else {})
    except (OSError, Refused, ValueError):
        return


def followed(server: Server, place: str) -> list[dict[str, Any]]:
    events = server.events(place.rsplit("/", 1)[1])
    next(events)
    server.post(f"{place}/follow")
    found = []
    for kind, value in events:
        if kind == "masks":
            found.append(value)
        if kind == "followed":
            return found
    raise OSError("the server is gone")


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
    from tests.app.client import mask_of

    for event in rest:
        true = drawn.truth(drawn.draw(event["frame"]), drawn.RED)
        assert drawn.iou(mask_of(event["objects"][target]), true) > 0.8
    server.stop()


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
