"""The benchmark of the page's server, in short: its figures, and a repeated clip is as long as it should be."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from benchmarks.app import repeated, spread
from tests.app.client import clip_bytes


def test_a_clip_again_and_again(tmp_path: Path) -> None:
    clip_bytes(tmp_path)
    with av.open(str(repeated(tmp_path / "clip.mp4", 0.05, tmp_path / "long.mp4"))) as held:
        shown = [float(frame.time) for frame in held.decode(video=0) if frame.time is not None]
    assert shown == pytest.approx([n / 25 for n in range(len(shown))], abs=0.002)
    assert shown[-1] >= 3 - 0.05


def test_spread() -> None:
    assert spread([1.0, 3.0, 2.0]) == {"count": 3, "median": 2.0, "p95": 2.9, "max": 3.0}
    assert spread([])["count"] == 0
