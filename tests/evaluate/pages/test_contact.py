"""Contact sheets: each pixel has the colour of what it is, and the frames that went wrong are among those shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.errors import MediaError
from masklet.evaluate.pages.contact import FALSE, MISSED, RIGHT, draw, frames_to_show, jpeg, shots, worst_item
from masklet.evaluate.record import Item
from masklet.media.picture import decode_picture
from tests.evaluate.pages.drawn_record import square, video_record
from tests.evaluate.records import frames, item, record


def nearest(pixel: np.ndarray) -> tuple[int, int, int]:
    """Which of the three colours a drawn pixel is tinted with, judged by its hue."""
    centred = pixel.astype(float) - pixel.mean()
    assert np.abs(centred).max() > 30, "a grey pixel is no mask"
    scores = {rgb: float(np.dot(centred, np.array(rgb) - np.mean(rgb)) / np.std(rgb)) for rgb in (RIGHT, FALSE, MISSED)}
    return max(scores, key=lambda rgb: scores[rgb])


def test_right_false_and_missed_have_their_colours() -> None:
    picture = np.full((40, 60, 3), 120, np.uint8)
    truth, prediction = square(1, 10, 7, side=26) == 1, square(1, 20, 7, side=26) == 1
    drawn, closer = draw(picture, truth, prediction, 60)
    assert not closer
    assert nearest(drawn[20, 25]) == RIGHT
    assert nearest(drawn[20, 42]) == FALSE
    assert nearest(drawn[20, 14]) == MISSED
    assert np.ptp(drawn[2, 2]) == 0, "the rest is grey"


def test_small_objects_are_shown_closer_and_nothing_is_cut_off() -> None:
    picture = np.full((400, 600, 3), 120, np.uint8)
    truth = np.zeros((400, 600), bool)
    truth[390:400, 590:600] = True
    drawn, closer = draw(picture, truth, np.zeros_like(truth), 240)
    assert closer
    tinted = (np.ptp(drawn.astype(int), axis=2) > 30).sum()
    assert drawn.shape == (160, 240, 3)
    assert tinted == pytest.approx(100, rel=0.2)  # at 0.4 of 600 in 240 pixels, one to one


def test_without_a_prediction_the_truth_alone_is_drawn() -> None:
    drawn, _ = draw(np.full((40, 60, 3), 120, np.uint8), square(1, 10, side=20) == 1, None, 60)
    assert nearest(drawn[20, 14]) == RIGHT


def test_masks_of_another_size_are_told() -> None:
    with pytest.raises(MediaError, match="30x20, its picture 60x40"):
        draw(np.zeros((40, 60, 3), np.uint8), np.zeros((20, 30), bool), None, 60)


def test_shots_of_a_video_tell_what_they_show(tmp_path: Path) -> None:
    made = shots(video_record(tmp_path).items[1])
    assert len(made) == 6
    assert [shot.caption.split(":")[0] for shot in made] == [f"frame {t}" for t in range(6)]
    assert "false alarm" in made[4].caption
    assert "missed" in made[5].caption
    assert "pixels right 100, false 0, missed 0" in made[0].said
    assert decode_picture(jpeg(made[0].pixels), "shot").shape == made[0].pixels.shape


def test_without_kept_predictions_the_shots_say_so(tmp_path: Path) -> None:
    one = video_record(tmp_path).items[0]
    assert all("only the truth" in shot.said for shot in shots(replace(one, predictions=None)))


def test_what_went_wrong_is_among_the_frames_shown() -> None:
    js = [0.9] * 100
    js[37], js[63] = 0.4, 0.0
    one = item("a", frames=frames(js))
    chosen = frames_to_show(one, list(range(100)), 6)
    assert len(chosen) == 6
    assert chosen == sorted(chosen)
    assert {0, 37, 63, 99} <= set(chosen)
    assert frames_to_show(Item("a", 1), [3, 7], 6) == [3, 7]
    assert frames_to_show(Item("a", 1), [], 6) == []


def test_the_worst_item_has_the_lowest_figure() -> None:
    items = [item("a", 1, 0.4), item("a", 2, 0.2), item("a", 3, 0.9)]
    assert worst_item(record(items), items).object == 2
