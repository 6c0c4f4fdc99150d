import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from masklet.errors import OutputError
from masklet.media.encode import OverlayWriter, VideoWriter
from masklet.media.frames import open_frames
from masklet.media.overlay import COLOURS
from tests.media.real_files import number_in, numbered, write_video


def copy_of(source: Path, target: Path) -> Path:
    with open_frames(source) as frames, VideoWriter(target, frames) as writer:
        for index, picture in enumerate(frames):
            writer.write(index, picture)
    return target


def streams_of(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with av.open(str(path)) as container:
        for stream in container.streams:
            found[stream.type] = {"codec": stream.codec_context.name, "pixels": getattr(stream, "pix_fmt", None)}
        ends: dict[str, list[float]] = {}
        for packet in container.demux():
            if packet.size and packet.pts is not None and packet.time_base:
                ends.setdefault(packet.stream.type, []).append(float(packet.pts * packet.time_base))
        for kind, times in ends.items():
            found[kind] |= {"first": min(times), "last": max(times), "packets": len(times)}
    return found


def test_size_rate_and_pictures_are_kept(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mkv")
    written = copy_of(source, tmp_path / "out.mp4")
    with open_frames(source) as before, open_frames(written) as after:
        assert (len(after), after.size, after.fps) == (len(before), before.size, before.fps)
        assert after.times == pytest.approx(before.times)
        assert [number_in(picture) for picture in after] == list(range(40))
        assert np.abs(after[7].astype(int) - before[7]).mean() < 4, "colours are as they were"
    assert streams_of(written)["video"] == {
        "codec": "h264",
        "pixels": "yuv420p",
        "first": 0,
        "last": 1.56,
        "packets": 40,
    }
    assert sorted(os.listdir(tmp_path)) == ["in.mkv", "out.mp4"]


def test_variable_frame_rate_is_kept(tmp_path: Path) -> None:
    stamps = np.cumsum([0, *([20, 20, 200] * 13)]).tolist()
    written = copy_of(write_video(tmp_path / "in.mkv", stamps=stamps), tmp_path / "out.mp4")
    with open_frames(written) as after:
        assert after.times * 1000 == pytest.approx(stamps)


@pytest.mark.parametrize("size", [(49, 67), (49, 64), (48, 67), (1, 1), (2, 2), (3, 700)])
def test_odd_sizes_are_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    frames = open_frames([np.full((*size, 3), 30 * index, np.uint8) for index in range(4)])
    with VideoWriter(tmp_path / "out.mp4", frames) as writer:
        for index, picture in enumerate(frames):
            writer.write(index, picture)
    with open_frames(tmp_path / "out.mp4") as after:
        assert (after.size, len(after)) == (size, 4)
        assert abs(int(after[3].mean()) - 90) < 4


@pytest.mark.parametrize("name", ["in.mp4", "in.mkv", "in.ts"])
def test_sound_is_copied(tmp_path: Path, name: str) -> None:
    source = write_video(tmp_path / name, sound="aac")
    before, after = streams_of(source), streams_of(copy_of(source, tmp_path / "out.mp4"))
    assert after["audio"]["codec"] == "aac"
    assert after["audio"]["packets"] == before["audio"]["packets"]
    lag = before["audio"]["first"] - before["video"]["first"]
    assert after["audio"]["first"] - after["video"]["first"] == pytest.approx(lag, abs=0.03)


def test_sound_that_an_mp4_cannot_hold_is_encoded_anew(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mkv", sound="pcm_s16le")
    after = streams_of(copy_of(source, tmp_path / "out.mp4"))
    assert after["audio"]["codec"] == "aac"
    assert after["audio"]["last"] == pytest.approx(1.6, abs=0.06)


def test_sound_of_a_part_begins_and_ends_with_it(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", sound="aac")
    with open_frames(source) as frames, VideoWriter(tmp_path / "out.mp4", frames) as writer:
        for index in range(10, 30):
            writer.write(index, frames[index])
    after = streams_of(tmp_path / "out.mp4")
    assert after["video"]["first"] == 0
    assert after["video"]["packets"] == 20
    assert -0.045 < after["audio"]["first"] < 0.025, "up to two packets from before, which players do not play"
    assert after["audio"]["last"] == pytest.approx(0.8, abs=0.05)


def test_interrupted_by_ctrl_c_keeps_what_was_written(tmp_path: Path) -> None:
    frames = open_frames(write_video(tmp_path / "in.mp4", sound="aac"))
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "out.mp4", frames) as writer:
        for index in range(12):
            writer.write(index, frames[index])
        raise KeyboardInterrupt
    with open_frames(tmp_path / "out.mp4") as after:
        assert [number_in(picture) for picture in after] == list(range(12))
    assert streams_of(tmp_path / "out.mp4")["audio"]["last"] < 0.5


def test_failure_and_no_frames_leave_nothing(tmp_path: Path) -> None:
    frames = open_frames([numbered(index) for index in range(3)])
    (tmp_path / "out.mp4").write_text("an earlier result")
    with pytest.raises(RuntimeError), VideoWriter(tmp_path / "out.mp4", frames) as writer:
        writer.write(0, frames[0])
        raise RuntimeError
    with VideoWriter(tmp_path / "out.mp4", frames):
        pass
    assert (tmp_path / "out.mp4").read_text() == "an earlier result"
    assert os.listdir(tmp_path) == ["out.mp4"]


def test_unwritable_places(tmp_path: Path) -> None:
    frames = open_frames([numbered(0)])
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="a file is in the way"):
        VideoWriter(tmp_path / "file" / "out.mp4", frames)


@pytest.mark.parametrize("limit", [20, 3000, 60_000])
def test_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, limit: int) -> None:
    """A limit on the file's size stands for the full disk: at opening, in the middle, and at the end."""
    code = f"""
import resource
import numpy as np
from masklet.errors import OutputError
from masklet.media.encode import VideoWriter
from masklet.media.frames import open_frames
noise = np.random.default_rng(0).integers(0, 255, (60, 64, 64, 3), dtype=np.uint8)
frames = open_frames(noise)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    with VideoWriter({str(tmp_path / "out.mp4")!r}, frames) as writer:
        for index, picture in enumerate(frames):
            writer.write(index, picture)
except OutputError as error:
    print("one line:", error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("one line: cannot write") and done.stdout.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_frames_come_in_order_and_of_one_size(tmp_path: Path) -> None:
    frames = open_frames([numbered(index) for index in range(3)])
    with VideoWriter(tmp_path / "out.mp4", frames) as writer:
        writer.write(1, frames[1])
        with pytest.raises(ValueError, match="rising order"):
            writer.write(1, frames[1])
        with pytest.raises(ValueError, match="frame 2 is"):
            writer.write(2, frames[2][:-1])
        writer.close(keep=False)
    assert os.listdir(tmp_path) == []


def test_overlay_keeps_colours_by_first_appearance(tmp_path: Path) -> None:
    frames = open_frames([np.zeros((64, 64, 3), np.uint8)] * 2)
    mask = np.zeros((64, 64), bool)
    mask[10:50, 10:50] = True
    with OverlayWriter(tmp_path / "out.mp4", frames) as writer:
        first = writer.write(0, {"a": mask})
        second = writer.write(1, {"b": mask})
    assert first[10, 30].tolist() == list(COLOURS[0])
    assert second[10, 30].tolist() == list(COLOURS[1])
    with open_frames(tmp_path / "out.mp4") as after:
        assert np.abs(after[1][30, 30].astype(int) - second[30, 30]).max() < 12
