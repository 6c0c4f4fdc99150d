from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import MediaError
from masklet.media.animation import Animation
from masklet.media.frames import FrameSource, open_frames
from masklet.media.picture_folder import PictureSequence
from masklet.media.video_file import VideoFile
from tests.media.real_files import number_in, numbered, write_video


def test_one_door_for_all(tmp_path: Path) -> None:
    write_video(tmp_path / "a video.dat", frames=3, container="mp4")  # known by content, not by name
    (tmp_path / "folder").mkdir()
    pictures = [Image.fromarray(numbered(index)) for index in range(3)]
    for index, picture in enumerate(pictures):
        picture.save(tmp_path / "folder" / f"{index}.png")
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=40)
    kinds = {
        str(tmp_path / "a video.dat"): VideoFile,
        tmp_path / "folder": PictureSequence,
        tmp_path / "a.gif": Animation,
    }
    for source, kind in kinds.items():
        with open_frames(source) as frames:
            assert isinstance(frames, kind)
            assert isinstance(frames, FrameSource)
            assert [number_in(picture) for picture in frames] == [0, 1, 2]
            assert len(frames.times) == len(frames) == 3
            assert frames.times[0] == 0
            assert open_frames(frames) is frames


def test_lists_and_arrays() -> None:
    arrays = [numbered(index) for index in range(3)]
    for source in (arrays, tuple(arrays), np.stack(arrays)):
        assert [number_in(picture) for picture in open_frames(source)] == [0, 1, 2]
    assert open_frames(arrays, fps=10).times == pytest.approx([0, 0.1, 0.2])
    assert len(open_frames(arrays[0])) == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "no frames"),
        (5, "not as int"),
        (np.zeros((2, 4, 4, 3), np.float32), "uint8"),
        ([np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)], "one size"),
        ("no such file.mp4", "does not exist"),
    ],
)
def test_bad_sources(source: object, message: str) -> None:
    with pytest.raises(MediaError, match=message):
        open_frames(source)  # type: ignore[arg-type]


@pytest.mark.parametrize("fps", [-1, float("nan"), float("inf")])
def test_bad_rates(fps: float) -> None:
    with pytest.raises(MediaError, match="above 0"):
        open_frames([numbered(0)], fps=fps)


def test_an_overlong_name_is_told_in_one_line() -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        open_frames("x" * 300 + ".mp4")
