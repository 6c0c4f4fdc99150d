"""What is said of a project and what comes of it; killed at any moment, it has all that was accepted."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.media.rle import encode_mask, rle_to_json
from tests.app.client import Gone, Server, click, mask_of
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
    """Prompt and follow until the server is gone. What is not answered to the last byte is not told."""
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
    except Gone:
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
    raise AssertionError("the events have no end")


def test_objects_join_are_named_forgotten_and_come_back(server: Server, project: dict[str, Any]) -> None:
    place = f"/api/projects/{project['id']}"
    red = server.post(f"{place}/objects", {})["id"]
    click(server, project["id"], red, 0, drawn.disc(0))
    before = server.follow(project["id"])
    blue = server.post(f"{place}/objects", {"name": "the square"})["id"]
    click(server, project["id"], blue, 5, drawn.square(5))
    after = server.follow(project["id"])
    assert len(before) == 11
    assert all(set(event["objects"]) == {blue} for event in after)  # red is there already
    server.ask("PATCH", f"{place}/objects/{red}", {"name": "ball", "colour": "#123456"})
    assert next((one["name"], one["colour"]) for one in server.get(place)["objects"]) == ("ball", "#123456")
    server.ask("DELETE", f"{place}/objects/{red}")
    assert [one["id"] for one in server.get(place)["objects"]] == [blue]
    server.post(f"{place}/undo")
    assert [one["id"] for one in server.get(place)["objects"]] == [red, blue]
    assert set(server.get(f"{place}/masks")["frames"]["7"]) == {red, blue}


def test_hover_keeps_nothing(server: Server, project: dict[str, Any]) -> None:
    x, y = drawn.disc(4)
    answer = server.post(f"/api/projects/{project['id']}/hover", {"frame": 4, "x": x, "y": y})
    assert drawn.iou(mask_of(answer), drawn.truth(drawn.draw(4), drawn.RED)) > 0.7
    assert not server.get(f"/api/projects/{project['id']}")["can_undo"]


def test_a_brushed_mask_stands_as_it_is(server: Server, project: dict[str, Any]) -> None:
    place = f"/api/projects/{project['id']}"
    target = server.post(f"{place}/objects", {})["id"]
    mask = np.zeros((drawn.HEIGHT, drawn.WIDTH), bool)
    mask[20:50, 30:70] = True
    said = {"object": target, "frame": 1, "mask": rle_to_json(encode_mask(mask))}
    assert np.array_equal(mask_of(server.post(f"{place}/prompts", said)), mask)


def test_everything_of_a_frame(server: Server, project: dict[str, Any]) -> None:
    place = f"/api/projects/{project['id']}"
    regions = server.post(f"{place}/everything", {"frame": 3, "grid": 6})["regions"]
    for colour in (drawn.RED, drawn.BLUE):
        true = drawn.truth(drawn.draw(3), colour)
        assert max(drawn.iou(mask_of(one), true) for one in regions) > 0.7
    assert not server.get(place)["can_undo"]
