"""Sound copied beside pictures: all of it where the container can hold it, anew where not, and never in their way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masklet.media.frames import SoundTrack
from masklet.media.sound import MOV, MP4, WEBM, SoundCopy, SoundRules
from tests.media.real_files import numbered, tone, write_video
from tests.media.test_sound_file import BEEPS, beeping

CONTAINERS = {"mp4": MP4, "mov": MOV, "webm": WEBM}


@contextmanager
def copying(source: Path, out: Path, rules: SoundRules = MP4, start: float = 0.0) -> Iterator[SoundCopy]:
    """A copy into a file that has one picture too."""
    with av.open(str(out), "w") as output:
        stream: Any = output.add_stream("libvpx" if out.suffix == ".webm" else "libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        sound = SoundCopy(SoundTrack(source, start), output, rules)
        yield sound
        sound.close()
        output.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(0), "rgb24")))
        output.mux(stream.encode(None))


def copied(source: Path, out: Path, rules: SoundRules = MP4, begin: float = 0.0) -> Path:
    with copying(source, out, rules) as sound:
        sound.begin_at(begin)
        sound.copy_until(None)
    return out


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def codec_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return container.streams.audio[0].codec_context.name


def heard(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """When each sample is played, in seconds, and how loud it is."""
    times, levels = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            assert frame.pts is not None and frame.time_base is not None
            samples = frame.to_ndarray().astype(np.float64)
            samples = samples[0] if frame.format.is_planar else samples.reshape(-1, len(frame.layout.channels))[:, 0]
            levels.append(np.abs(samples) / (1 if frame.format.name.startswith("flt") else 2**15))
            times.append(float(frame.pts * frame.time_base) + np.arange(len(samples)) / frame.sample_rate)
    return np.concatenate(times), np.concatenate(levels)


def beeps_in(path: Path) -> list[float]:
    times, levels = heard(path)
    loud = times[levels > 0.15]
    return [float(one) for one in loud[np.diff(loud, prepend=-1.0) > 0.25]]


@pytest.mark.parametrize(
    ("codec", "source", "kind"),
    [
        ("aac", "mkv", "mp4"), ("libmp3lame", "avi", "mp4"), ("ac3", "mkv", "mp4"), ("alac", "mkv", "mp4"),
        ("libopus", "webm", "mp4"), ("libopus", "mkv", "webm"), ("aac", "mp4", "mov"), ("alac", "mkv", "mov"),
    ],
)  # fmt: skip
def test_what_the_container_can_hold_is_copied_to_the_last_byte(
    tmp_path: Path, codec: str, source: str, kind: str
) -> None:
    made = tone(tmp_path / f"in.{source}", codec)
    assert packets_of(copied(made, tmp_path / f"out.{kind}", CONTAINERS[kind])) == packets_of(made)


@pytest.mark.parametrize(
    ("codec", "rate", "kind", "becomes"),
    [
        ("pcm_s16le", 48_000, "mp4", "aac"),
        ("flac", 44_100, "mp4", "aac"),
        ("flac", 44_100, "webm", "opus"),
        ("aac", 48_000, "webm", "opus"),
        ("alac", 48_000, "webm", "opus"),  # Matroska does not say how long its packets are
        ("libopus", 48_000, "mov", "aac"),
        # AAC has thirteen sample rates, and an mp4 takes no MP3 below 16 kHz
        ("pcm_s16le", 192_000, "mp4", "aac"),
        ("pcm_s16le", 37_800, "mov", "aac"),
        ("pcm_s16le", 6_000, "mp4", "aac"),
        ("libmp3lame", 8_000, "mp4", "aac"),
    ],
)
def test_other_sound_is_encoded_anew_from_its_beginning_to_its_end(
    tmp_path: Path, codec: str, rate: int, kind: str, becomes: str
) -> None:
    made = tone(tmp_path / "in.mkv", codec, rate=rate)
    out = copied(made, tmp_path / f"out.{kind}", CONTAINERS[kind])
    assert codec_of(out) == becomes
    times, levels = heard(out)
    loud = times[levels > 0.1]
    assert (loud[0], loud[-1]) == pytest.approx((0, 0.8), abs=0.12)


def test_surround_becomes_stereo_and_mono_stays(tmp_path: Path) -> None:
    for layout, expected in (("5.1", 2), ("stereo", 2), ("mono", 1)):
        made = tone(tmp_path / "in.mkv", "flac", layout=layout)
        with av.open(str(copied(made, tmp_path / "out.mp4"))) as container:
            assert container.streams.audio[0].codec_context.channels == expected


@pytest.mark.parametrize("kind", ["mp4", "webm"])
@pytest.mark.parametrize("begin", [0.0, 0.3, 0.95])
def test_a_beep_is_heard_when_its_picture_is_shown(tmp_path: Path, kind: str, begin: float) -> None:
    out = copied(beeping(tmp_path / "in.mkv"), tmp_path / f"out.{kind}", CONTAINERS[kind], begin)
    assert beeps_in(out) == pytest.approx([one - begin for one in BEEPS if one > begin], abs=0.03)


def test_times_count_from_frame_0_wherever_the_file_has_it(tmp_path: Path) -> None:
    with copying(beeping(tmp_path / "in.mkv"), tmp_path / "out.mp4", start=0.3) as sound:
        sound.copy_until(None)
    assert beeps_in(tmp_path / "out.mp4") == pytest.approx([one - 0.3 for one in BEEPS], abs=0.03)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.floats(0, 1), max_size=8))
def test_in_step_with_the_pictures_the_same_is_written_as_at_once(tmp_path: Path, steps: list[float]) -> None:
    source = tmp_path / "in.mkv"
    if not source.exists():
        tone(source, "aac")
        copied(source, tmp_path / "whole.mp4")
    with copying(source, tmp_path / "out.mp4") as sound:
        for seconds in steps:  # in any order: what has been written is not written again
            sound.copy_until(seconds)
        sound.copy_until(None)
    assert packets_of(tmp_path / "out.mp4") == packets_of(tmp_path / "whole.mp4")


def test_it_is_written_up_to_the_picture_and_no_further(tmp_path: Path) -> None:
    source = tone(tmp_path / "in.mkv", "aac")
    with copying(source, tmp_path / "out.mp4") as sound:
        sound.copy_until(0.4)
    times, _ = heard(tmp_path / "out.mp4")
    assert times[-1] == pytest.approx(0.4, abs=0.03)


def test_the_first_of_several_tracks_is_taken(tmp_path: Path) -> None:
    made = [tone(tmp_path / f"{codec}.mkv", codec) for codec in ("ac3", "aac")]
    with av.open(str(made[0])) as a, av.open(str(made[1])) as b, av.open(str(tmp_path / "in.mkv"), "w") as output:
        targets = [output.add_stream_from_template(one.streams.audio[0]) for one in (a, b)]
        for one, target in zip((a, b), targets, strict=True):
            for packet in one.demux(audio=0):
                if packet.size:
                    packet.stream = target
                    output.mux(packet)
    assert packets_of(copied(tmp_path / "in.mkv", tmp_path / "out.mp4")) == packets_of(made[0])


@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize("codec", ["aac", "mp2", "libopus"])
def test_of_recordings_that_were_joined_the_first_is_heard(tmp_path: Path, codec: str, kind: str) -> None:
    """The second's times begin anew, and no file's may go back."""
    part = write_video(tmp_path / "part.ts", frames=20, sound=codec)
    (tmp_path / "in.ts").write_bytes(part.read_bytes() * 2)
    times, _ = heard(copied(tmp_path / "in.ts", tmp_path / f"out.{kind}", CONTAINERS[kind]))
    assert np.diff(times).min() > -1e-3  # Matroska rounds to milliseconds
    assert times[-1] == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(("layout", "rate"), [("stereo", 48_000), ("mono", 44_100)])
def test_sound_may_change_its_form_on_the_way(tmp_path: Path, layout: str, rate: int) -> None:
    parts = [tone(tmp_path / "a.ts", "mp2"), tone(tmp_path / "b.ts", "mp2", rate=rate, layout=layout, begin=0.8)]
    (tmp_path / "in.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    out = copied(tmp_path / "in.ts", tmp_path / "out.mp4")
    times, levels = heard(out)
    assert times[levels > 0.1][-1] == pytest.approx(1.6, abs=0.06)


@pytest.mark.parametrize("codec", ["aac", "libmp3lame"])
@pytest.mark.parametrize("seed", range(4))
def test_damaged_sound_does_not_stop_the_pictures(tmp_path: Path, codec: str, seed: int) -> None:
    data = bytearray(write_video(tmp_path / "in.ts", frames=40, sound=codec).read_bytes())
    rng = np.random.default_rng(seed)
    for at in rng.integers(1000, len(data) - 200, 20):
        del data[at : at + int(rng.integers(1, 60))]
    (tmp_path / "in.ts").write_bytes(data)
    out = copied(tmp_path / "in.ts", tmp_path / "out.mp4")
    with av.open(str(out)) as container:
        assert len(list(container.decode(video=0))) == 1
    assert 0 < len(packets_of(out)) < 80


def test_samples_that_are_no_numbers_do_not_stop_the_pictures(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "in.mkv"), "w") as output:
        target: Any = output.add_stream("pcm_f32le", rate=48_000, layout="mono")
        for at in range(0, 48_000, 960):
            wave = np.full((1, 960), np.nan if 9600 <= at < 19_200 else 0.3, np.float32)
            chunk = av.AudioFrame.from_ndarray(wave, "flt", "mono")
            chunk.sample_rate, chunk.pts, chunk.time_base = 48_000, at, Fraction(1, 48_000)
            output.mux(target.encode(chunk))
        output.mux(target.encode(None))
    times, levels = heard(copied(tmp_path / "in.mkv", tmp_path / "out.mp4"))
    assert np.isfinite(levels).all()
    assert times[-1] == pytest.approx(1.0, abs=0.06)


def test_sound_ends_where_the_file_breaks_off(tmp_path: Path) -> None:
    source = beeping(tmp_path / "in.mkv")
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    out = copied(source, tmp_path / "out.mp4")
    assert beeps_in(out) == pytest.approx(BEEPS[:1], abs=0.03)
    assert heard(out)[0][-1] == pytest.approx(1.0, abs=0.1)
