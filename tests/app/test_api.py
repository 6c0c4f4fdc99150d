"""The interface over HTTP, from a real server in its own process."""

from __future__ import annotations

import json
import re
from typing import Any

import cv2
import numpy as np
import pytest

from tests.app.client import Refused, Server, click, mask_of
from tests.session import drawn


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


def test_the_interface_describes_itself(server: Server) -> None:
    told = server.get("/api/openapi.json")
    assert len(told["paths"]) >= 12
    assert "/api/projects/{project}/prompts" in told["paths"]
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["description"], operation
    assert not re.search(r"https?://(?!127)", json.dumps(told))
