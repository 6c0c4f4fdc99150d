"""Many sessions at once: all get on, and whoever clicks need not wait until the others are done."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.app.client import Server
from tests.session import drawn


@pytest.mark.parametrize("count", [pytest.param(4, id="4"), pytest.param(20, id="20", marks=pytest.mark.slow)])
def test_nobody_starves(tmp_path: Path, clip: bytes, count: int) -> None:
    pause = 0.03  # seconds that the network takes for a frame
    server = Server(tmp_path, environment={"MASKLET_TEST_PAUSE": str(pause)}).start()
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
    time.sleep(0.5)  # all look on
    for place in places:
        server.post(f"{place}/follow")
    turns = {"waited": 0}
    before = len(order)
    server.post(f"{places[0]}/prompts", {"object": "o1", "frame": 0, "points": [drawn.disc(0)]})
    turns["waited"] = len(order) - before
    for thread in ended:
        thread.join(timeout=300)
    assert Counter(place for place, _ in order).keys() == set(places)
    for place in places:
        assert len(server.get(f"{place}/masks")["frames"]) == 12
    # While all followed, a click waited for a handful of frames of the others at most, not for a round of all.
    assert turns["waited"] <= 12
    # Fair: when the first one is half through, so is (nearly) everyone.
    first_half = next(at for at, (_, frame) in enumerate(order) if frame >= 9)
    far = Counter(place for place, _ in order[: first_half + 1])
    assert max(far.values()) - min(far.get(place, 0) for place in places[1:]) <= 5
    server.stop()


def watch(server: Server, place: str, order: list[tuple[str, int]]) -> None:
    for kind, value in server.events(place.rsplit("/", 1)[1]):
        told: dict[str, Any] = value
        if kind == "masks" and "speed" in told:
            order.append((place, told["frame"]))
        if kind == "followed":
            return
