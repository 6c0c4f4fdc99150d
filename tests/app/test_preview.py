"""One frame with an effect: the same as in the finished video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from masklet.app.looks import EFFECTS, Renderer, look_from, rgb
from masklet.media.frames import open_frames
from tests.app.client import Refused, Server, mask_of
from tests.session import drawn

FRAME = 9


def shown(server: Server, place: str, **wanted: Any) -> np.ndarray:
    data = server.post(f"{place}/preview", {"frame": FRAME, **wanted})
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return picture[:, :, [2, 1, 0, 3][: picture.shape[2]]]


@pytest.mark.parametrize("soft", [False, True])
def test_every_effect_is_shown_as_it_is_rendered(
    server: Server, followed: str, clip: bytes, tmp_path: Path, soft: bool
) -> None:
    (tmp_path / "clip.mp4").write_bytes(clip)
    source, behind = open_frames(tmp_path / "clip.mp4"), server.post("/api/projects", clip)["id"]
    objects = server.get(followed)["objects"]
    colours = {one["id"]: rgb(one["colour"]) for one in objects}
    masks = server.get(f"{followed}/masks")["frames"]
    for effect in EFFECTS:
        look = {"effect": effect, "soft": soft, "strength": 0.7}
        renderer = Renderer(look_from(look), colours, source)
        for number in range(FRAME + 1):
            held = {one: mask_of(told) for one, told in masks[str(number)].items()}
            wanted = renderer.draw(source[number], held, number, len(source))
        picture = shown(server, followed, look={**look, "background": behind if effect == "video" else None})
        assert picture.shape == wanted.shape, effect
        assert np.abs(picture.astype(int) - wanted).mean() < (0.01 if effect == "cutout" else 2.5), effect


def test_no_wider_than_asked(server: Server, followed: str) -> None:
    assert shown(server, followed, look={"effect": "grey"}, width=80).shape == (drawn.HEIGHT // 2, 80, 3)
    assert shown(server, followed, look={"effect": "grey"}, width=4000).shape == (drawn.HEIGHT, drawn.WIDTH, 3)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"frame": 99, "look": {"effect": "grey"}}, "frame 99 is not in the video"),
        ({"look": {"effect": "video"}}, "needs the video that is to be behind"),
        ({"look": {"effect": "video", "background": "x" * 22}}, "no such project"),
        ({"look": {"effect": "sparkle"}}, "effect"),
        ({}, "look"),
    ],
)
def test_what_cannot_be_shown_is_told(server: Server, followed: str, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        shown(server, followed, **wanted)
