"""Sound by itself: where it begins, how it is cut and filled, and files without any."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from masklet.errors import MediaError
from masklet.media.frames import SoundTrack
from masklet.media.sound_file import RATE, write_sound
from tests.media.real_files import tone, write_video

BEEPS = (0.4, 1.2)


def beeping(path: Path, late: float = 0.0) -> Path:
    """Two seconds of mono sound in matroska that begins at `late` seconds, with a beep of 0.1 s at each of BEEPS."""
    with av.open(str(path), "w", format="matroska") as output:
        tone = output.add_stream("pcm_s16le", rate=48000, layout="mono")
        seconds = np.arange(round(late * 48000), 96000) / 48000
        wave = np.zeros(len(seconds))
        for begin in BEEPS:
            wave += np.where((seconds >= begin) & (seconds < begin + 0.1), 0.5 * np.sin(seconds * 5000), 0)
        for at in range(0, len(wave), 960):
            chunk = av.AudioFrame.from_ndarray((wave[None, at : at + 960] * 32767).astype(np.int16), "s16", "mono")
            chunk.sample_rate, chunk.time_base = 48000, Fraction(1, 48000)
            chunk.pts = at + round(late * 48000)
            output.mux(tone.encode(chunk))
        output.mux(tone.encode(None))
    return path


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name.startswith("mp3")
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def begins(sound: np.ndarray) -> list[float]:
    """Where it becomes loud, in seconds."""
    loud = np.abs(sound) > 0.1
    at = np.flatnonzero(loud)
    return [float(one) / RATE for one in at[np.diff(at, prepend=-RATE) > RATE // 4]]


@pytest.mark.parametrize(("start", "late"), [(0.0, 0.0), (0.25, 0.0), (-0.5, 0.0), (0.0, 0.3)])
def test_second_0_is_the_first_pictures(tmp_path: Path, start: float, late: float) -> None:
    source = beeping(tmp_path / "a.mkv", late)
    start -= late  # times count from the file's first packet
    seconds = write_sound(SoundTrack(source, start), tmp_path / "a.mp3")
    assert seconds == pytest.approx(2 - late - start, abs=0.05)
    assert begins(heard(tmp_path / "a.mp3")) == pytest.approx([one - late - start for one in BEEPS], abs=0.03)


def test_of_a_video_as_long_as_it_is(tmp_path: Path) -> None:
    source = write_video(tmp_path / "a.mp4", frames=50, sound="aac")
    assert write_sound(SoundTrack(source, 0.0), tmp_path / "a.mp3") == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("layout", "rate"), [("stereo", 48_000), ("mono", 44_100)])
def test_sound_may_change_its_form_on_the_way(tmp_path: Path, layout: str, rate: int) -> None:
    parts = [tone(tmp_path / "a.ts", "mp2"), tone(tmp_path / "b.ts", "mp2", rate=rate, layout=layout, begin=0.8)]
    (tmp_path / "in.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    assert write_sound(SoundTrack(tmp_path / "in.ts", 0.0), tmp_path / "a.mp3") == pytest.approx(1.6, abs=0.06)


def test_files_without_sound(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "a.mp4", frames=3)
    (tmp_path / "b.mp4").write_bytes(b"no video")
    for name in (silent, tmp_path / "b.mp4"):
        with pytest.raises(MediaError, match="sound cannot be decoded"):
            write_sound(SoundTrack(name, 0.0), tmp_path / "a.mp3")
    assert not (tmp_path / "a.mp3").exists()
