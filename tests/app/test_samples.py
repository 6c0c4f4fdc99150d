"""What masklet draws by itself."""

from __future__ import annotations

from tests.app.client import Server


def test_samples_are_drawn(server: Server) -> None:
    for name in server.get("/api/about")["samples"]:
        made = server.post("/api/projects", {"sample": name})
        assert made["frames"] > 1 or made["kind"] == "picture"
        assert made["sound"] == (made["kind"] == "video")
