from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from masklet.errors import MediaError
from masklet.media.animation import Animation, open_animation
from masklet.media.picture_folder import PictureSequence
from tests.media.real_files import number_in, numbered


def animate(path: Path, frames: int = 12, duration: object = 40, **options: object) -> Path:
    first, *rest = (Image.fromarray(numbered(index)) for index in range(frames))
    first.save(path, save_all=True, append_images=rest, duration=duration, loop=0, **options)
    return path


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_every_way_of_reading_gives_the_right_frame(tmp_path: Path, name: str) -> None:
    path = animate(tmp_path / name)
    with Animation(path, cache_bytes=30_000) as frames:
        assert (len(frames), frames.size, frames.fps) == (12, (48, 64), pytest.approx(25))
        assert [number_in(picture) for picture in frames] == list(range(12))
        assert [number_in(frames[index]) for index in (11, 0, 7, 6, 5, -2)] == [11, 0, 7, 6, 5, 10]
        assert frames.broken_at is None


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_durations(tmp_path: Path, name: str) -> None:
    frames = Animation(animate(tmp_path / name, 4, [50, 100, 200, 50]))
    assert frames.times == pytest.approx([0, 0.05, 0.15, 0.35])
    assert frames.fps == pytest.approx(10)


def test_transparent_frames_build_up_over_white(tmp_path: Path) -> None:
    """Two frames that each draw one field, the second kept over the first, and both over white."""
    drawn = []
    for left in (0, 16):
        rgba = np.zeros((16, 32, 4), np.uint8)
        rgba[:, left : left + 8] = 255, 0, 0, 255
        drawn.append(Image.fromarray(rgba))
    drawn[0].save(tmp_path / "a.gif", save_all=True, append_images=drawn[1:], duration=40, disposal=0)
    frames = Animation(tmp_path / "a.gif")
    assert frames[0][8, [4, 12, 20]].tolist() == [[255, 0, 0], [255, 255, 255], [255, 255, 255]]
    assert frames[1][8, [4, 12, 20]].tolist() == [[255, 0, 0], [255, 255, 255], [255, 0, 0]]


@pytest.mark.parametrize("name", ["a.gif", "a.png"])
def test_truncated(tmp_path: Path, name: str) -> None:
    path = animate(tmp_path / name)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    frames = Animation(path)
    assert 0 < len(frames) < 12
    assert [number_in(picture) for picture in frames] == list(range(len(frames)))
    if frames.broken_at is not None:
        assert frames.broken_at == len(frames)
        assert frames.warning is not None


def test_still_picture_is_one_frame(tmp_path: Path) -> None:
    Image.fromarray(numbered(7)).save(tmp_path / "still.jpg")
    frames = open_animation(tmp_path / "still.jpg")
    assert isinstance(frames, PictureSequence)
    assert [number_in(picture) for picture in frames] == [7]
    assert frames.name == "still"


def test_pages_of_different_sizes(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.tif", save_all=True, append_images=[Image.new("RGB", (9, 8))])
    with pytest.raises(MediaError, match="one size"):
        open_animation(tmp_path / "a.tif")


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("something else")
    assert open_animation(tmp_path / "a.mp4") is None
