"""The small clients, against a real server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.client import ROOT, Server, clip_bytes, mask_of
from tests.session import drawn


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home")).start()
    yield running
    running.stop()


def run(words: list[str]) -> str:
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_python_client_is_short_and_follows(server: Server, tmp_path: Path) -> None:
    clip_bytes(tmp_path, 6)
    x, y = drawn.disc(0)
    lines = run([sys.executable, "examples/http_client.py", server.address, str(tmp_path / "clip.mp4"), f"{x},{y}"])
    assert [int(line.split()[0]) for line in lines.splitlines()] == list(range(6))
    text = (ROOT / "examples/http_client.py").read_text().split("from typing import Any\n")[1]
    code = [line for line in text.splitlines() if line.strip() and not line.strip().startswith('"""')]
    assert len(code) <= 30


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_curl_client_gets_a_mask(server: Server, tmp_path: Path) -> None:
    clip_bytes(tmp_path, 6)
    x, y = drawn.disc(0)
    said = run(["sh", "examples/http_client.sh", server.address, str(tmp_path / "clip.mp4"), f"{x},{y}"])
    assert drawn.iou(mask_of(json.loads(said)), drawn.truth(drawn.draw(0), drawn.RED)) > 0.8
