"""The sound as the page gets it: made once, in parts where they are asked for, and refused in one line."""

from __future__ import annotations

import io
import urllib.request
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from masklet.app.sound import SOUND
from tests.app.client import Refused, Server


def test_a_samples_sound(server: Server) -> None:
    made = server.post("/api/projects", {"sample": "ball"})
    assert made["sound"]
    place = f"/api/projects/{made['id']}/sound"
    data = server.get(place)
    with av.open(io.BytesIO(data)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) / 44100 == pytest.approx(made["frames"] / made["fps"], abs=0.15)
    assert np.abs(heard).max() == pytest.approx(0.1, abs=0.03)  # its tone
    request = urllib.request.Request(server.address + place, headers={"Range": "bytes=100-199"})
    with urllib.request.urlopen(request) as part:
        assert (part.status, part.read()) == (206, data[100:200])


def test_a_silent_video_and_a_picture_have_none(server: Server, project: dict[str, Any]) -> None:
    for made in (project, server.post("/api/projects", {"sample": "shapes"})):
        assert not made["sound"]
        with pytest.raises(Refused, match="no sound"):
            server.get(f"/api/projects/{made['id']}/sound")


def test_sound_past_the_bound_is_refused(tmp_path: Path) -> None:
    server = Server(tmp_path, environment={"MASKLET_APP_MAX_BYTES": "20000"}).start()
    made = server.post("/api/projects", {"sample": "ball"})["id"]
    with pytest.raises(Refused, match="no room for the sound, or it is larger"):
        server.get(f"/api/projects/{made}/sound")
    assert not (tmp_path / made / SOUND).exists()
    server.stop()
