"""Who is taken for whom, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.evaluate.identity import Sighting, id_switches, sightings
from masklet.values import Mask
from tests.evaluate.drawn import predicted, video_item

BOTH = (1, 2)


def seen(*ious: list[float], guesses: tuple[int, ...] = BOTH) -> Sighting:
    return Sighting(BOTH[: len(ious)], guesses, np.array(ious))


RIGHT, CROSSED = seen([0.9, 0.0], [0.0, 0.9]), seen([0.0, 0.9], [0.9, 0.0])


def test_two_that_are_taken_for_each_other_switch_once_each_time() -> None:
    assert id_switches([RIGHT, RIGHT]) == {}
    assert id_switches([RIGHT, CROSSED, CROSSED]) == {1: 1, 2: 1}
    assert id_switches([RIGHT, CROSSED, RIGHT]) == {1: 2, 2: 2}


def test_a_match_is_kept_while_it_is_half_right() -> None:
    better = seen([0.5, 0.7], [0.0, 0.0])
    assert id_switches([RIGHT, better]) == {}
    assert id_switches([RIGHT, seen([0.49, 0.7], [0.0, 0.0])]) == {1: 1}


def test_who_is_lost_meanwhile_is_matched_with_whom_it_was_last() -> None:
    nothing = Sighting(BOTH, (), np.zeros((2, 0)))
    assert id_switches([RIGHT, nothing, RIGHT]) == {}
    assert id_switches([RIGHT, nothing, CROSSED]) == {1: 1, 2: 1}


def test_what_is_there_and_what_is_predicted_on_the_frames_that_count() -> None:
    def labels(*columns: tuple[int, int, int]) -> Mask:
        drawn = np.zeros((10, 20), np.uint8)
        for number, start, stop in columns:
            drawn[:, start:stop] = number
        return drawn

    truth = [labels((1, 0, 4), (2, 10, 14))] * 3
    guess = [labels((1, 2, 6), (9, 10, 14)), labels((2, 0, 4)), labels((1, 0, 4))]
    first, second = sightings(video_item("run", truth), predicted(guess), {1: [0, 1], 2: [1]})
    # Object 2 does not count on frame 0, and nothing of the set is called 9.
    assert (first.objects, first.predicted) == ((1,), (1,))
    assert first.ious == pytest.approx(np.array([[2 / 6]]))
    assert (second.objects, second.predicted) == ((1, 2), (2,))
    assert second.ious == pytest.approx(np.array([[1.0], [0.0]]))
