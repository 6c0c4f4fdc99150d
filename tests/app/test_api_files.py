"""Hostile and broken uploads: each gets one clear line, and the server goes on."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.app.client import Refused, Server
from tests.app.test_remote_frames import png_bomb


def broken_files(clip: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    """Fuzzed mp4, GIF and PNG files, and things that are no pictures at all."""
    chance = random.Random(7)
    pixels = np.random.default_rng(3).integers(0, 255, (4, 40, 60, 3), np.uint8)
    pictures = [Image.fromarray(one) for one in pixels]
    gif, png = io.BytesIO(), io.BytesIO()
    pictures[0].save(gif, "GIF", save_all=True, append_images=pictures[1:])
    pictures[0].save(png, "PNG")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../etc/cron.d/evil", b"\0" * 50_000_000)
    yield "empty", b""
    yield "zip bomb with a path", zipped.getvalue()
    yield "PNG bomb", png_bomb(20_000)
    yield "GIF bomb", gif.getvalue()[:6] + b"\xff\xff\xff\xff" + gif.getvalue()[10:]
    yield "text", b"#!/bin/sh\nrm -rf /\n"
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "playlist", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n"
    yield "concat", b"ffconcat version 1.0\nfile '/etc/passwd'\n"
    yield "postscript", b"%!PS-Adobe-3.0\n(evil) run\n"
    whole = [clip, gif.getvalue(), png.getvalue()]
    for number in range(count):
        data = bytearray(whole[number % 3])
        kind = ("mp4", "GIF", "PNG")[number % 3]
        if number % 2:
            del data[chance.randrange(1, len(data)) :]
        for _ in range(chance.randrange(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        yield f"{kind} {number}", bytes(data)


@pytest.mark.parametrize("count", [pytest.param(9, id="quick"), pytest.param(200, id="200", marks=pytest.mark.slow)])
def test_the_server_survives_whatever_is_uploaded(tmp_path: Path, clip: bytes, count: int) -> None:
    server = Server(tmp_path / "home", environment={"MASKLET_APP_DECODER_MEMORY": str(2 << 30)}).start()
    refused = 0
    for name, data in broken_files(clip, count):
        try:
            made = server.post("/api/projects?title=..%2F..%2Fevil%00%0a", data)
        except Refused as no:
            refused += 1
            assert no.status == 400, f"{name}: {no}"
            assert 10 < len(no.text) < 300, name
            assert "\n" not in no.text
            for leak in ("Traceback", str(tmp_path), "masklet/app", ".new"):
                assert leak not in no.text, f"{name}: {no.text}"
        else:
            assert made["title"] == "../../evil"  # shown, never a path
            server.get(f"/api/projects/{made['id']}/frames/0")
            server.ask("DELETE", f"/api/projects/{made['id']}")
    assert refused >= 9
    made = server.post("/api/projects", clip)  # still serving
    assert [path.name for path in (tmp_path / "home").iterdir()] == [made["id"]]
    assert sorted(path.name for path in (tmp_path / "home" / made["id"]).iterdir()) == [
        "journal.jsonl",
        "project.json",
        "source",
    ]
    assert not (tmp_path / "evil").exists()
    assert "Traceback" not in server.stop()


def test_an_upload_past_the_bound_is_refused_while_it_comes(tmp_path: Path, clip: bytes) -> None:
    server = Server(tmp_path, environment={"MASKLET_APP_MAX_BYTES": "5000"}).start()
    with pytest.raises((Refused, OSError)) as no:
        server.post("/api/projects", clip + b"\0" * 3_000_000)
    if isinstance(no.value, Refused):
        assert (no.value.status, "5,000 bytes" in no.value.text) == (413, True)
    assert list(tmp_path.iterdir()) == []
    server.stop()


UNMAKEABLE = [
    ({"what": "effect", "look": {"effect": "sparkle"}}, "effect"),
    ({"what": "everything"}, "what"),
    ({"what": "effect", "look": {"effect": "colour", "colour": "green"}}, "colour"),
    ({"what": "effect", "look": {"effect": "video", "background": "x" * 22}}, "no such project"),
]


@pytest.mark.parametrize(("wanted", "told"), UNMAKEABLE)
def test_what_cannot_be_made_is_told(server: Server, followed: str, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        server.post(f"{followed}/exports", wanted)
