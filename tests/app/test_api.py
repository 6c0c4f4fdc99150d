"""The interface over HTTP, from a real server in its own process."""

from __future__ import annotations

import json
import re
from typing import Any

import cv2
import numpy as np
import pytest

from tests.app.client import Refused, Server, mask_of
from tests.session import drawn


@pytest.fixture
def project(server: Server, clip: bytes) -> dict[str, Any]:
    return server.post("/api/projects?title=two%20shapes", clip)


def click(server: Server, project: str, target: str, frame: int, at: tuple[float, float], label: int = 1) -> Any:
    said = {"object": target, "frame": frame, "points": [at], "labels": [label]}
    return server.post(f"/api/projects/{project}/prompts", said)


def test_an_upload_becomes_a_project(server: Server, project: dict[str, Any]) -> None:
    assert (project["width"], project["height"], project["frames"]) == (drawn.WIDTH, drawn.HEIGHT, 12)
    assert (project["kind"], project["title"], project["objects"]) == ("video", "two shapes", [])
    data = server.get(f"/api/projects/{project['id']}/frames/3?width=160")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    assert np.abs(picture.astype(int) - drawn.draw(3)).mean() < 4


def test_click_follow_correct_undo(server: Server, project: dict[str, Any]) -> None:
    place = f"/api/projects/{project['id']}"
    red = server.post(f"{place}/objects", {"name": "red", "colour": "#ff0000"})["id"]
    answer = click(server, project["id"], red, 2, drawn.disc(2))
    assert drawn.iou(mask_of(answer), drawn.truth(drawn.draw(2), drawn.RED)) > 0.8

    followed = server.follow(project["id"])
    assert [event["frame"] for event in followed] == [*range(3, 12), 1, 0]  # forward, then back to the beginning
    masks = server.get(f"{place}/masks")["frames"]
    assert sorted(map(int, masks)) == list(range(12))
    for frame in range(12):
        assert drawn.iou(mask_of(masks[str(frame)][red]), drawn.truth(drawn.draw(frame), drawn.RED)) > 0.8

    click(server, project["id"], red, 8, drawn.square(8))
    told = server.get(place)["objects"][0]
    assert [frame for frame, entry in told["timeline"].items() if entry[2]] == ["9", "10", "11"]
    again = server.follow(project["id"])
    assert [event["frame"] for event in again] == [9, 10, 11]  # only what depends on the correction

    server.post(f"{place}/undo")
    assert server.get(f"{place}/masks")["frames"] == masks
    server.post(f"{place}/redo")
    assert server.get(f"{place}/masks")["frames"]["8"] != masks["8"]


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
    from masklet.media.rle import encode_mask, rle_to_json

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


def test_two_pages_see_each_other(server: Server, project: dict[str, Any]) -> None:
    other = server.events(project["id"])
    assert next(other)[0] == "hello"
    red = server.post(f"/api/projects/{project['id']}/objects", {"name": "red"})["id"]
    assert next(other)[1]["objects"][0]["name"] == "red"
    answer = click(server, project["id"], red, 0, drawn.disc(0))
    kind, value = next(other)
    assert (kind, value["objects"][red]["counts"]) == ("masks", answer["counts"])


def test_samples_are_drawn(server: Server) -> None:
    for name in server.get("/api/about")["samples"]:
        made = server.post("/api/projects", {"sample": name})
        assert made["frames"] > 1 or made["kind"] == "picture"
        assert made["sound"] == (made["kind"] == "video")


def test_a_deleted_project_is_gone(server: Server, clip: bytes) -> None:
    made = server.post("/api/projects", clip)
    server.ask("DELETE", f"/api/projects/{made['id']}")
    with pytest.raises(Refused, match="404"):
        server.get(f"/api/projects/{made['id']}")
    assert not (server.home / made["id"]).exists()


BAD = [
    ("prompts", {"object": "o1", "frame": 0, "points": [[9999, 5]]}, "outside"),
    ("prompts", {"object": "o1", "frame": 99, "points": [[5, 5]]}, "frame 99 is not in the video"),
    ("prompts", {"object": "o1", "frame": 0}, "nothing"),
    ("prompts", {"object": "o7", "frame": 0, "points": [[5, 5]]}, "no object"),
    ("prompts", {"object": "o1", "frame": 0, "points": [[5]]}, "points"),
    ("prompts", {"object": "o1", "frame": 0, "mask": {"size": [120, 160], "counts": "zz"}}, "RLE"),
    ("prompts", {"object": "o1", "frame": 0, "mask": {"size": [9, 9], "counts": "0"}}, "size"),
    ("prompts", {"frame": 0, "shell": "rm"}, "object"),
    ("objects", {"name": "x", "colour": "red"}, "colour"),
    ("objects", {"name": ""}, "name"),
    ("follow", None, "no object to follow"),
    ("undo", None, "nothing to take back"),
    ("redo", None, "nothing to do again"),
    ("hover", {"frame": -1, "x": 1, "y": 1}, "frame"),
    ("hover", {"frame": 0, "x": 1e99, "y": 1}, "x"),
]


@pytest.mark.parametrize(("path", "body", "told"), BAD)
def test_what_does_not_fit_is_told_in_one_line(server: Server, clip: bytes, path: str, body: Any, told: str) -> None:
    made = shared_project(server, clip)
    with pytest.raises(Refused, match=told) as refused:
        server.post(f"/api/projects/{made}/{path}", body)
    assert refused.value.status == 400
    assert "\n" not in refused.value.text
    assert "Traceback" not in refused.value.text


_shared: list[str] = []


def shared_project(server: Server, clip: bytes) -> str:
    if not _shared:
        _shared.append(server.post("/api/projects", clip)["id"])
        server.post(f"/api/projects/{_shared[0]}/objects", {})
    return _shared[0]


@pytest.mark.parametrize("name", ["x", "..", "a" * 22, "..%2f..%2fetc", "a" * 21 + "%00"])
def test_unknown_projects_are_not_found(server: Server, name: str) -> None:
    with pytest.raises(Refused, match="404"):
        server.get(f"/api/projects/{name}")


def test_the_interface_describes_itself(server: Server) -> None:
    told = server.get("/api/openapi.json")
    assert len(told["paths"]) >= 12
    assert "/api/projects/{project}/prompts" in told["paths"]
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["description"], operation
    assert not re.search(r"https?://(?!127)", json.dumps(told))
