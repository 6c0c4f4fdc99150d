"""The drawn clip: pictures and true masks that belong together."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
import pytest

from examples.drawn_clip import HEIGHT, WIDTH, ball_centre, draw_clip, main, write_clip


def test_the_mask_lies_on_the_ball() -> None:
    pictures, masks = draw_clip(12)
    for index, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        assert picture.shape == (HEIGHT, WIDTH, 3) and picture.dtype == np.uint8
        x, _ = ball_centre(index, 12)
        assert abs(np.flatnonzero(mask.any(axis=0)).mean() - x) < 30
        assert 900 < mask.sum() < 4000


def test_the_ball_is_hidden_in_part_behind_the_post() -> None:
    areas = [int(mask.sum()) for mask in draw_clip(36)[1]]
    assert min(areas) < 0.7 * max(areas)


def test_the_written_clip_can_be_read(tmp_path: Path) -> None:
    with av.open(str(write_clip(tmp_path / "drawn.mp4", 8))) as container:
        assert sum(1 for _ in container.decode(video=0)) == 8


@pytest.mark.parametrize(
    ("word", "said"),
    [("ball.gif", ".mp4"), ("ball", ".mp4"), ("missing/ball.png", "no such folder"), ("--frames", "--frames")],
)
def test_a_name_that_cannot_be_drawn_is_told(
    word: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["drawn_clip.py", "ball.png", word])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.iterdir())
