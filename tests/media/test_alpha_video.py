"""Videos with transparency, read again."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from masklet.errors import OutputError
from masklet.media.alpha_video import AlphaWriter, Kind
from masklet.media.frames import open_frames
from tests.session import drawn


def rgba(number: int, width: int = drawn.WIDTH) -> np.ndarray:
    picture = drawn.draw(number)[:, :width]
    alpha = np.where(drawn.truth(picture, drawn.RED), 255, 0).astype(np.uint8)
    return np.dstack([picture, alpha])


@pytest.mark.parametrize("kind", ["mov", "webm"])
@pytest.mark.parametrize("width", [160, 159])
def test_size_times_and_number_of_frames_stay(tmp_path: Path, kind: Kind, width: int) -> None:
    source = open_frames([picture[:, :width] for picture in drawn.clip(4)], fps=12.5)
    with AlphaWriter(tmp_path / f"x.{kind}", source, kind) as writer:
        for number in range(4):
            writer.write(rgba(number, width))
    again = open_frames(tmp_path / f"x.{kind}")
    assert again.size == (120, width if kind == "mov" else width + width % 2)
    assert again.times == pytest.approx([0, 0.08, 0.16, 0.24], abs=0.002)


def test_prores_keeps_alpha_nearly_exactly(tmp_path: Path) -> None:
    source = open_frames(drawn.clip(2))
    with AlphaWriter(tmp_path / "x.mov", source, "mov") as writer:
        for number in range(2):
            writer.write(rgba(number))
    with av.open(str(tmp_path / "x.mov")) as container:
        frames = [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]
    assert np.abs(frames[1][:, :, 3].astype(int) - rgba(1)[:, :, 3]).max() <= 2
    assert np.abs(frames[1][:, :, :3].astype(int) - rgba(1)[:, :, :3]).mean() < 4


def test_nothing_is_left_of_a_video_that_broke_off(tmp_path: Path) -> None:
    source = open_frames(drawn.clip(2))
    with pytest.raises(KeyError), AlphaWriter(tmp_path / "x.mov", source, "mov") as writer:
        writer.write(rgba(0))
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        AlphaWriter(tmp_path / "file" / "x.mov", source, "mov")
