"""Frames from the decoding process, and what a hostile file does to it."""

from __future__ import annotations

import os
import signal
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.app.remote_frames import RemoteFrames
from masklet.app.settings import Settings
from masklet.errors import MediaError
from masklet.media.frames import FrameSource, open_frames
from tests.app.client import clip_bytes


def test_the_frames_are_those_of_the_file(tmp_path: Path) -> None:
    clip_bytes(tmp_path, 5)
    plain = open_frames(tmp_path / "clip.mp4")
    with RemoteFrames(tmp_path / "clip.mp4", Settings()) as frames:
        assert isinstance(frames, FrameSource)
        assert (len(frames), frames.size, frames.fps) == (5, plain.size, plain.fps)
        assert np.array_equal(frames.times, plain.times)
        for index in (3, 0, -1):
            assert np.array_equal(frames[index], plain[index])
        assert len(list(frames)) == 5
        with pytest.raises(IndexError):
            frames[5]
        assert frames._process is not None
        os.kill(frames._process.pid, signal.SIGKILL)
        frames._process.wait()
        assert np.array_equal(frames[1], plain[1])  # a new process takes over


def png_bomb(side: int) -> bytes:
    """A PNG of side x side black pixels that takes a few KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, rows = zlib.compressobj(9), b"\0" * (side // 8 + 1)
    data = b"".join(packer.compress(rows) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def refusal(path: Path, **bounds: int) -> str:
    with pytest.raises(MediaError) as refused:
        RemoteFrames(path, replace(Settings(), **bounds))
    text = str(refused.value)
    assert "\n" not in text
    assert str(path.parent) not in text
    return text


def test_each_bound_is_told(tmp_path: Path) -> None:
    clip_bytes(tmp_path, 30)
    clip = tmp_path / "clip.mp4"
    assert "30 frames, and 10 are allowed" in refusal(clip, max_frames=10)
    assert "lasts 1 s, and 0 s are allowed" in refusal(clip, max_seconds=0)
    assert "160x120 pixels" in refusal(clip, max_pixels=1000)
    assert "more than 0 s to decode" in refusal(clip, decoder_seconds=0)
    (tmp_path / "bomb").write_bytes(png_bomb(12_000))
    assert "12000x12000 pixels" in refusal(tmp_path / "bomb")
    memory = refusal(tmp_path / "bomb", decoder_memory=700 << 20, max_pixels=1 << 30)
    assert "memory" in memory or "ended the process" in memory
