"""What was taken away comes back, and masks of other tools come in."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.app.client import Refused, Server, make, mask_of, zip_of
from tests.session import drawn


def test_a_project_goes_and_comes_back(server: Server, followed: str) -> None:
    data = make(server, followed, what="project")
    back = server.post("/api/bring", data)
    before = server.get(followed)
    assert back["id"] != before["id"]
    for key in ("title", "objects", "can_undo", "frames"):
        assert back[key] == before[key]
    assert server.get(f"/api/projects/{back['id']}/masks") == server.get(f"{followed}/masks")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip",
        b"{}",
        b"[" * 5000,
        zip_of(**{"../../evil": b"x"}),
        zip_of(**{"project.json": b'{"masklet_project": 1}', "source": b"x"}),
        zip_of(**{"project.json": b'{"masklet_project": 1}', "source": b"x", "journal.jsonl": b"{}\n"}),
        zip_of(**{"project.json": b'{"masklet_project": 1}' + b" " * 5_000_000}),
        zip_of(**{"a/00000.png": b"no picture"}),
    ],
)
def test_broken_files_are_not_brought_back(server: Server, followed: str, data: bytes) -> None:
    for place in ("/api/bring", f"{followed}/bring"):
        with pytest.raises(Refused) as refused:
            server.post(place, data)
        assert refused.value.status == 400, refused.value
        assert len(refused.value.text) < 200


@pytest.mark.parametrize("what", ["masks", "sav", "coco", "davis", "yolo"])
def test_masks_go_and_come_back_in_every_layout(server: Server, followed: str, clip: bytes, what: str) -> None:
    def masks(project: str) -> list[list[np.ndarray]]:
        frames = server.get(f"/api/projects/{project}/masks")["frames"]
        return [[mask_of(told) for told in held.values()] for held in frames.values()]

    data = make(server, followed, what=what)
    made = server.post("/api/projects", clip)["id"]
    server.post(f"/api/projects/{made}/bring", data)
    names = {one["name"] for one in server.get(f"/api/projects/{made}")["objects"]}
    assert names == {
        "masks": {"red disc", "blue_square"},  # as folders may be called
        "davis": {"two shapes 1", "two shapes 2"},  # its objects have numbers alone
    }.get(what, {"red disc", "blue/square"})
    before, after = masks(followed.rsplit("/", 1)[1]), masks(made)
    assert [len(held) for held in after] == [len(held) for held in before]
    for held, wanted in zip(after, before, strict=True):
        for mask in wanted:
            best = max((mask & one).sum() / (mask | one).sum() for one in held)
            assert best > (0.97 if what == "yolo" else 0.999)  # outlines are simplified a little


def test_masks_of_another_tool(server: Server, clip: bytes, tmp_path: Path) -> None:
    mask = drawn.truth(drawn.draw(2), drawn.BLUE)
    packed = cv2.imencode(".png", mask.astype(np.uint8) * 255)[1].tobytes()
    made = server.post("/api/projects", clip)["id"]
    brought = server.post(f"/api/projects/{made}/bring", zip_of(**{"masks/car/00002.png": packed}))["objects"]
    assert np.array_equal(mask_of(server.get(f"/api/projects/{made}/masks")["frames"]["2"][brought[0]]), mask)
    assert server.get(f"/api/projects/{made}")["objects"][0]["name"] == "car"
    with pytest.raises(Refused, match="160x120"):
        small = cv2.imencode(".png", np.full((5, 5), 255, np.uint8))[1].tobytes()
        server.post(f"/api/projects/{made}/bring", zip_of(**{"car/00002.png": small}))
