"""The files of a tracked video, one by one."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from masklet.commands.track_output import MaskFiles, OutputPaths, describe, write_masklets_file, write_overlay
from masklet.media.frames import open_frames
from masklet.media.masks_out import read_masklets
from masklet.media.rle import encode_mask
from masklet.values import Masklet, Prompt
from tests.session import drawn

SIZE = (drawn.HEIGHT, drawn.WIDTH)


def disc(frames: range) -> Masklet:
    rles = {index: encode_mask(drawn.truth(drawn.draw(index), drawn.RED)) for index in frames}
    return Masklet("disc", SIZE, rles, dict.fromkeys(frames, 0.5), dict.fromkeys(frames, 1.0))


def test_masks_of_an_earlier_run_stay_until_the_first_new_one(tmp_path: Path) -> None:
    paths = OutputPaths(tmp_path)
    mine = tmp_path / "masks/notes.txt"
    old = tmp_path / "masks/old/00003.png"
    old.parent.mkdir(parents=True)
    for file in (mine, old, paths.prompts):
        file.write_text("x")
    files = MaskFiles(paths)
    assert old.exists()
    files.take(0, {"new": np.ones(SIZE, bool)})
    assert not old.parent.exists()
    assert mine.exists()
    assert (tmp_path / "masks/new/00000.png").exists()
    assert files.last == 0


def test_masks_that_are_not_masklets_own_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "masks/theirs/00003.png"
    other.parent.mkdir(parents=True)
    other.write_text("x")
    MaskFiles(OutputPaths(tmp_path)).take(0, {"new": np.ones(SIZE, bool)})
    assert other.exists()


def test_the_overlay_ends_where_it_is_told(tmp_path: Path) -> None:
    steps: list[int] = []
    with open_frames(drawn.clip(6)) as frames:
        clicks = {0: {"disc": Prompt(((24.0, 36.0),), (1,))}}
        write_overlay(tmp_path / "o.mp4", frames, [disc(range(2, 6))], clicks, 4, lambda: steps.append(1))
        write_masklets_file(tmp_path / "m.json", frames, [disc(range(2, 6))])
    assert len(steps) == 4
    with av.open(str(tmp_path / "o.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == 4
    assert read_masklets(tmp_path / "m.json").frame_count == 6


def test_objects_are_described_by_the_frames_that_show_them() -> None:
    empty = Masklet("gone", SIZE, {0: encode_mask(np.zeros(SIZE, bool))}, {0: 0.9}, {0: 0.0})
    assert describe([disc(range(2, 26)), empty], {"disc": [2]}) == [
        {"name": "disc", "visible_frames": 24, "first_frame": 2, "mean_iou_prediction": 0.5, "look": [10, 18]},
        {"name": "gone", "visible_frames": 0, "first_frame": None, "mean_iou_prediction": None, "look": []},
    ]
