"""The drawn clip: pictures and true masks that belong together."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from examples.drawn_clip import HEIGHT, WIDTH, ball_centre, draw_clip, write_clip


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
