"""A stream's video: written in fragments as it comes, with left-out pictures' time kept."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from masklet.media.encode import VideoWriter
from masklet.media.endless import SteadySource


def picture(value: int) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


def test_pictures_have_the_times_of_their_numbers(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "out.mp4", SteadySource("camera", (48, 64), 10.0), endless=True) as writer:
        for number in (0, 1, 4, 9):
            writer.write(number, picture(20 * number))
    with av.open(str(tmp_path / "out.mp4")) as video:
        times = [frame.time for frame in video.decode(video=0)]
    assert times == pytest.approx([0, 0.1, 0.4, 0.9])


def test_what_was_written_is_on_disk_before_the_end(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "out.mp4", SteadySource("camera", (48, 64), 25.0), endless=True)
    for number in range(600):  # x264's key frames are at most 250 apart
        writer.write(number, picture(number % 200))
    (part,) = tmp_path.iterdir()
    with av.open(str(part)) as video:
        seen = sum(1 for _ in video.decode(video=0))
    assert 200 <= seen < 600
    writer.close()
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 600


def test_a_stream_gives_no_picture_again() -> None:
    with SteadySource("camera", (48, 64), 25.0) as source:
        assert source.times[50] == 2.0 and next(iter(source), None) is None
        with pytest.raises(IndexError, match="cannot be had again"):
            source[0]
