"""The semi-supervised protocol on drawn videos, with a follower whose mistakes are known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.data.davis import DavisSet
from masklet.errors import InputError
from masklet.evaluate.vos import VideoAnswers, evaluate_videos, first_frames
from tests.evaluate.drawn import write_videos
from tests.evaluate.fakes import Stays

SIZE = (40, 60)


def box_at(*objects: tuple[int, int, int], side: int = 10) -> np.ndarray:
    """A label map with squares (number, x, y)."""
    labels = np.zeros(SIZE, np.uint8)
    for number, x, y in objects:
        labels[y : y + side, x : x + side] = number
    return labels


def test_figures_of_a_follower_that_stays(tmp_path: Path) -> None:
    # 10 wide, moved by 5: intersection 50 of 150 pixels. The first and last frame do not count.
    there, moved = box_at((1, 10, 10)), box_at((1, 15, 10))
    videos = DavisSet(write_videos(tmp_path, {"still": [there] * 4, "moved": [there, moved, moved, there, moved]}))
    report = evaluate_videos(Stays, videos)
    scores = report.by_sequence()
    assert (scores["still"].j, scores["still"].f, scores["still"].frames) == (1.0, 1.0, 2)
    assert scores["moved"].j == pytest.approx((1 / 3 + 1 / 3 + 1) / 3)
    assert 0 < scores["moved"].f < 1
    mean = report.over_objects()
    assert mean.j == pytest.approx((1 + 5 / 9) / 2)
    assert mean.jf == pytest.approx((mean.j + mean.f) / 2)
    assert report.frames == 9
    assert report.left_out == ()
    assert [one.given_iou for one in report.objects] == [1.0, 1.0]


def test_objects_are_given_where_they_first_appear(tmp_path: Path) -> None:
    first, both = box_at((1, 10, 10)), box_at((1, 10, 10), (7, 40, 20))
    videos = DavisSet(write_videos(tmp_path, {"late": [first, first, both, both, both, both]}))
    opened: list[Stays] = []

    def remember(folder: Path) -> VideoAnswers:
        opened.append(Stays(folder))
        return opened[-1]

    report = evaluate_videos(remember, videos)
    assert opened[0].closed
    assert first_frames(videos.sequences[0]) == {1: 0, 7: 2}
    assert [said[:3] for said in opened[0].said] == [("1", 0, "mask"), ("7", 2, "mask")]
    assert [(one.number, one.first_frame, one.score.frames, one.score.j) for one in report.objects] == [
        (1, 0, 4, 1.0),
        (7, 2, 2, 1.0),
    ]


def test_clicks_are_placed_one_after_the_other(tmp_path: Path) -> None:
    videos = DavisSet(write_videos(tmp_path, {"a": [box_at((1, 10, 10))] * 3}))
    opened: list[Stays] = []

    def remember(folder: Path) -> VideoAnswers:
        opened.append(Stays(folder))
        return opened[-1]

    report = evaluate_videos(remember, videos, given=3)
    points = [point for _, _, kind, (point,), _ in opened[0].said if kind == "points"]
    assert [labels for *_, labels in opened[0].said] == [(1,)] * 3
    assert points[0] in [(x + 0.5, y + 0.5) for x in (14, 15) for y in (14, 15)]
    # After one click column 10 is there and 11 to 19 are missing, after two 12 to 19.
    assert points[1][0] == 15.5
    assert points[2][0] in (15.5, 16.5)
    assert report.objects[0].given_iou == pytest.approx(0.3)
    assert report.objects[0].score.j == pytest.approx(0.3)


def test_a_box_is_the_tightest(tmp_path: Path) -> None:
    videos = DavisSet(write_videos(tmp_path, {"a": [box_at((1, 10, 10))] * 3}))
    assert evaluate_videos(Stays, videos, given="box").over_objects().j == 1.0


def test_frames_without_annotation_are_tracked_and_not_scored(tmp_path: Path) -> None:
    there = box_at((1, 10, 10))
    videos = DavisSet(write_videos(tmp_path, {"a": [there, None, None, there, None, there, None]}))
    report = evaluate_videos(Stays, videos)
    assert (report.objects[0].score.frames, report.frames) == (1, 7)


def test_void_pixels_count_neither_way(tmp_path: Path) -> None:
    there, partly = box_at((1, 10, 10)), box_at((1, 10, 10))
    partly[10:20, 15:20] = 255
    videos = DavisSet(write_videos(tmp_path, {"a": [there, partly, partly, there]}))
    assert evaluate_videos(Stays, videos).over_objects().j == 1.0


def test_objects_without_a_frame_to_score_are_named(tmp_path: Path) -> None:
    first, both = box_at((1, 10, 10)), box_at((1, 10, 10), (2, 40, 20))
    videos = DavisSet(write_videos(tmp_path, {"a": [first, first, both, both]}))
    report = evaluate_videos(Stays, videos)
    assert report.left_out == ("a/2",)
    assert [one.number for one in report.objects] == [1]
    with pytest.raises(InputError, match="nothing to score"):
        evaluate_videos(Stays, DavisSet(write_videos(tmp_path / "short", {"a": [first, first]})))


def test_a_run_that_breaks_off_is_no_result(tmp_path: Path) -> None:
    videos = DavisSet(write_videos(tmp_path, {"a": [box_at((1, 10, 10))] * 5}))
    with pytest.raises(InputError, match="3 of 5"):
        evaluate_videos(lambda folder: Stays(folder, frames=3), videos)


def test_progress_counts_frames_of_the_whole_set(tmp_path: Path) -> None:
    there = box_at((1, 10, 10))
    videos = DavisSet(write_videos(tmp_path, {"a": [there] * 3, "b": [there] * 4}))
    seen: list[tuple[int, int]] = []
    evaluate_videos(Stays, videos, progress=lambda done, of: seen.append((done, of)))
    assert seen[-1] == (7, 7)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_unknown_prompts_are_refused(tmp_path: Path) -> None:
    videos = DavisSet(write_videos(tmp_path, {"a": [box_at((1, 10, 10))] * 3}))
    for given in ("polygon", 0):
        with pytest.raises(InputError, match="number of clicks"):
            evaluate_videos(Stays, videos, given=given)  # type: ignore[arg-type]
