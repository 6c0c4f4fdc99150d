"""What a video file's packets tell before a frame is shown: how many, when, where to begin, and what is missing."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masklet.errors import MediaError
from masklet.media.video_index import VideoIndex, decode_packets, open_video, read_index
from tests.media.real_files import blank_packets, number_in, write_video
from tests.media.test_video_file import KINDS, of_kind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("videos")


def decoded_from(path: Path, index: VideoIndex, seek_to: int | None) -> list[tuple[int, int]]:
    """(frame by the index, number in the picture) of what is decoded from a place on."""
    container, stream = open_video(path)
    with container:
        if seek_to is not None:
            container.seek(seek_to, stream=stream, backward=True)
        found = []
        for frame in decode_packets(container, stream, index.number_of):
            place = None if frame.pts is None else index.place_of.get(frame.pts)
            if place is not None:
                found.append((place, number_in(frame.to_ndarray(format="rgb24"))))
        return found


@pytest.mark.parametrize("name", KINDS)
def test_frames_are_counted_and_timed_without_showing_one(folder: Path, name: str) -> None:
    index = read_index(of_kind(folder, name))
    assert sorted(index.place_of.values()) == list(range(40))
    assert index.times == pytest.approx(np.arange(40) / 25)
    assert (index.fps, index.start, index.cut_off) == (pytest.approx(25), pytest.approx(0, abs=0.09), False)
    assert index.declared in (0, 40)


@pytest.mark.parametrize("name", KINDS)
def test_a_stamp_names_its_frame_wherever_decoding_begins(folder: Path, name: str) -> None:
    path = of_kind(folder, name)
    index = read_index(path)
    places = [one.place for one in index.restarts]
    assert places == sorted(set(places))
    assert (places[0], index.restarts[0].seek_to) == (0, None)
    for restart, following in zip(index.restarts, [*places[1:], 40], strict=True):
        found = decoded_from(path, index, restart.seek_to)
        assert all(place == number for place, number in found)
        assert {place for place, _ in found} >= set(range(restart.place, following))


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mkv", "mpeg4.avi", "vp9.webm"])
def test_decoding_can_begin_at_every_key_frame(folder: Path, name: str) -> None:
    path = of_kind(folder, name)
    with av.open(str(path)) as container:
        keys = sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size)
    assert len(read_index(path).restarts) == keys > 1


def test_without_any_stamps_every_way_leads_from_the_beginning(folder: Path) -> None:
    index = read_index(of_kind(folder, "raw.264"))
    assert len(index.restarts) == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 500), gaps=st.lists(st.integers(10, 400), min_size=1, max_size=20))
def test_times_are_the_containers_own_from_0(tmp_path: Path, first: int, gaps: list[int]) -> None:
    stamps = list(accumulate(gaps, initial=first))
    index = read_index(write_video(tmp_path / "vfr.mkv", frames=len(stamps), stamps=stamps))
    assert index.times[0] == 0
    # a millisecond: steady times that the container's clock has rounded are made exact
    assert index.times == pytest.approx((np.array(stamps) - first) / 1000, abs=1.02e-3)
    assert index.fps == pytest.approx(len(gaps) / (stamps[-1] - first) * 1000, rel=0.03)


def test_times_that_a_coarse_clock_rounded_are_made_exact(tmp_path: Path) -> None:
    rate = Fraction(30_000, 1001)
    with av.open(str(tmp_path / "in.mkv"), "w") as output:
        stream: Any = output.add_stream("libx264", rate=rate)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        assert stream.time_base == Fraction(1, 1000)
    index = read_index(tmp_path / "in.mkv")
    assert index.fps == pytest.approx(30_000 / 1001, rel=1e-6)
    assert index.times == pytest.approx(np.arange(60) * 1001 / 30_000, abs=1e-9)


@pytest.mark.parametrize("late", [0.0, 0.4])
def test_start_is_where_the_pictures_begin_beside_the_sound(tmp_path: Path, late: float) -> None:
    with av.open(str(tmp_path / "in.mkv"), "w") as output:
        stream: Any = output.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt, stream.codec_context.max_b_frames = 48, 64, "yuv420p", 0
        tone: Any = output.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for number in range(25):
            chunk = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), "s16", "mono")
            chunk.sample_rate, chunk.pts, chunk.time_base = 48_000, number * 1920, Fraction(1, 48_000)
            output.mux(tone.encode(chunk))
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = number + round(late * 25), Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    index = read_index(tmp_path / "in.mkv")
    assert index.has_sound
    assert (index.start, index.times[0]) == (pytest.approx(late, abs=0.002), 0)


def test_sound_is_told(tmp_path: Path) -> None:
    assert not read_index(write_video(tmp_path / "a.mp4", frames=3)).has_sound
    assert read_index(write_video(tmp_path / "b.mp4", frames=3, sound="aac")).has_sound


def test_what_an_mp4_declares_is_held_against_what_is_there(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", container_options={"movflags": "faststart"})
    whole = read_index(path)
    with av.open(str(path)) as container:
        ends = [packet.pos + packet.size for packet in container.demux(video=0) if packet.size and packet.pos]
    path.write_bytes(path.read_bytes()[: ends[24]])  # between two packets, so that none is broken
    cut = read_index(path)
    assert (whole.declared, len(whole.place_of), whole.cut_off) == (40, 40, False)
    assert (cut.declared, len(cut.place_of), cut.cut_off) == (40, 25, True)


@pytest.mark.parametrize("name", ["a.mkv", "a.flv", "a.avi", "a.ts"])
def test_a_file_that_breaks_off_is_told(tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / name, frames=200)
    assert not read_index(path).cut_off
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3 // 188 * 188 + 95])
    assert read_index(path).cut_off


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.m4a"), "w", format="mp4") as output:
        cover: Any = output.add_stream("mjpeg", rate=1)
        cover.height, cover.width, cover.pix_fmt = 48, 64, "yuvj420p"
        cover.disposition = 0x400
        tone: Any = output.add_stream("aac", rate=48_000, layout="mono")
        output.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")))
        chunk = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        chunk.sample_rate = 48_000
        output.mux(tone.encode(chunk))
        output.mux(tone.encode(None))
    with pytest.raises(MediaError, match="no video in it"):
        read_index(tmp_path / "song.m4a")


def test_an_edit_lists_hidden_frames_are_not_counted(tmp_path: Path) -> None:
    """Packets from before an mp4's beginning are needed for decoding, and never shown."""
    whole = write_video(tmp_path / "whole.mp4")
    with av.open(str(whole)) as source, av.open(str(tmp_path / "part.mp4"), "w") as output:
        target = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size and packet.pts is not None and packet.dts is not None and packet.time_base:
                shift = round(5 / 25 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, target
                output.mux(packet)
    path = tmp_path / "part.mp4"
    index = read_index(path)
    assert len(index.place_of) == 35
    assert [number for _, number in decoded_from(path, index, None)] == list(range(5, 40))


def test_packets_that_cannot_be_decoded_are_passed_over(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", container_options={"movflags": "faststart"})
    blank_packets(path, 14, 16)
    index = read_index(path)
    found = decoded_from(path, index, None)
    assert len(index.place_of) == 40
    assert [one for one in found if one[0] >= 24] == [(place, place) for place in range(24, 40)]
