"""What masklet draws by itself."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from masklet.app.samples import HEIGHT, SAMPLES, WIDTH, draw_sample
from masklet.media.frames import open_frames
from tests.app.client import Refused, Server


def test_samples_are_drawn(server: Server) -> None:
    for name in server.get("/api/about")["samples"]:
        made = server.post("/api/projects", {"sample": name})
        assert made["frames"] > 1 or made["kind"] == "picture"
        assert made["sound"] == (made["kind"] == "video")


def test_a_picture_of_each(server: Server) -> None:
    seen = set()
    for name in SAMPLES:
        data = server.get(f"/api/samples/{name}/picture")
        assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape == (HEIGHT // 2, WIDTH // 2, 3)
        seen.add(data)
    assert len(seen) == len(SAMPLES)
    with pytest.raises(Refused, match="there is no sample 'cat'"):
        server.get("/api/samples/cat/picture")


@pytest.mark.parametrize("name", SAMPLES)
def test_something_moves_on_every_clip_and_nothing_else_is_left(tmp_path: Path, name: str) -> None:
    draw_sample(name, tmp_path / "source")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    with open_frames(tmp_path / "source") as frames:
        assert frames.size == (HEIGHT, WIDTH)
        if len(frames) > 1:
            changed = np.abs(frames[0].astype(int) - frames[len(frames) - 1]).max(axis=2) > 60
            assert 0.01 < changed.mean() < 0.2  # the object here and there, on a ground that stays
    with pytest.raises(KeyError):
        draw_sample("unknown", tmp_path / "other")
