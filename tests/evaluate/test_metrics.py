"""The figures themselves: tiny masks worked out by hand, and figures that vos-benchmark gave for drawn shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from masklet.errors import InputError
from masklet.evaluate.metrics import (
    FrameScore,
    TrackScore,
    boundary,
    boundary_accuracy,
    boundary_iou,
    clicks_to,
    iou,
    mean_score,
    presence,
    region_similarity,
    score_frame,
    score_track,
    statistics,
)
from masklet.values import Mask


def mask(*rows: str) -> Mask:
    """A mask drawn in text: # is object."""
    return np.array([[letter == "#" for letter in row] for row in rows])


def square(size: int, x: int, y: int, side: int) -> Mask:
    drawn = np.zeros((size, size), bool)
    drawn[y : y + side, x : x + side] = True
    return drawn


def ellipses(height: int, width: int, shift: int) -> tuple[Mask, Mask]:
    """A true ellipse, and a shifted one with a wavy edge."""
    y, x = np.mgrid[:height, :width]
    middle, flat = (x - width * 0.4) / (width * 0.25), (y - height * 0.5) / (height * 0.3)
    wavy = (x - width * 0.4 - shift) / (width * 0.25)
    return wavy**2 + flat**2 + 0.15 * np.sin(x / 5.0) <= 1, middle**2 + flat**2 <= 1


def test_iou_by_hand() -> None:
    truth = mask("##..", "##..", "....")
    assert iou(mask(".##.", ".##.", "...."), truth) == pytest.approx(2 / 6)
    assert iou(mask("##..", "....", "...."), truth) == pytest.approx(1 / 2)
    assert iou(truth, truth) == 1.0
    assert iou(mask("....", "....", "...#"), truth) == 0.0


def test_two_empty_masks_agree_and_one_does_not() -> None:
    nothing, something = np.zeros((5, 5), bool), square(5, 1, 1, 2)
    assert region_similarity(nothing, nothing) == boundary_accuracy(nothing, nothing) == 1.0
    assert region_similarity(something, nothing) == boundary_accuracy(something, nothing) == 0.0
    assert region_similarity(nothing, something) == boundary_accuracy(nothing, something) == 0.0


def test_masks_of_bytes_count_as_any_nonzero() -> None:
    assert iou(np.array([[255, 0]], np.uint8), np.array([[1, 0]], np.uint8)) == 1.0
    assert boundary_accuracy(np.array([[255, 0]], np.uint8), np.array([[1, 0]], np.uint8)) == 1.0


def test_boundary_is_where_the_right_or_lower_neighbour_differs() -> None:
    drawn = mask(".....", "..##.", "..##.", ".....")
    assert np.array_equal(boundary(drawn).astype(bool), mask(".###.", ".#.#.", ".###.", "....."))


def test_the_edge_of_the_picture_is_no_boundary() -> None:
    assert not boundary(np.ones((4, 6), bool)).any()
    assert np.array_equal(boundary(mask("##..", "##..")).astype(bool), mask(".#..", ".#.."))


def test_boundary_accuracy_by_hand() -> None:
    # 10 x 10: the tolerance is ceil(0.008 * 14.1) = 1 pixel. Outlines are vertical lines of 10 pixels.
    left_of = [np.tile(np.arange(10) < column, (10, 1)) for column in range(10)]
    assert boundary_accuracy(left_of[4], left_of[5]) == 1.0
    assert boundary_accuracy(left_of[3], left_of[5]) == 0.0
    # A bar has two such lines, one of which lies on the truth: precision 1/2, recall 1.
    assert boundary_accuracy(left_of[8] & ~left_of[4], left_of[4]) == pytest.approx(2 / 3)
    # With a tolerance of ceil(0.1 * 14.1) = 2 pixels, two columns apart is near.
    assert boundary_accuracy(left_of[3], left_of[5], bound=0.1) == 1.0


def test_near_is_a_disk_not_a_square() -> None:
    # One-pixel squares three pixels apart along the diagonal have outlines of 4 pixels, 2 x 2.
    first, second = square(400, 100, 100, 1), square(400, 103, 103, 1)
    tolerance = 4 / math.hypot(400, 400) - 1e-9
    # From the four pixels of either, the other's nearest is (2, 2), (2, 3), (3, 2) and (3, 3) away: 2.8, 3.6, 3.6, 4.2.
    assert boundary_accuracy(first, second, bound=tolerance) == pytest.approx(3 / 4)
    assert boundary_accuracy(first, second, bound=5 / math.hypot(400, 400) - 1e-9) == 1.0


@pytest.mark.parametrize(
    ("height", "width", "shift", "j", "f"),
    [
        # Worked out with the public vos-benchmark 0.1.0.
        (60, 80, 3, 0.8247011952191236, 0.5185185185185186),
        (120, 200, 9, 0.7953518398967075, 0.2967685205539679),
        (360, 640, 12, 0.8879849812265331, 0.6133591688461197),
        (480, 854, 4, 0.9045284619406003, 0.7242163113114282),
        (97, 53, -6, 0.6125166444740346, 0.08284023668639054),
    ],
)
def test_agrees_with_the_public_benchmark(height: int, width: int, shift: int, j: float, f: float) -> None:
    prediction, truth = ellipses(height, width, shift)
    assert region_similarity(prediction, truth) == pytest.approx(j, abs=1e-6)
    assert boundary_accuracy(prediction, truth) == pytest.approx(f, abs=1e-6)


masks = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))


@given(st.data())
def test_figures_are_fractions_symmetric_and_one_for_the_same(data: st.DataObject) -> None:
    a = data.draw(masks)
    b = data.draw(arrays.arrays(np.bool_, a.shape))
    for measure in (iou, boundary_accuracy):
        assert 0.0 <= measure(a, b) <= 1.0
        assert measure(a, b) == pytest.approx(measure(b, a))
        assert measure(a, a) == 1.0


def test_track_leaves_out_the_first_and_last_frame() -> None:
    good, bad = FrameScore(j=1.0, f=0.5), FrameScore(j=0.0, f=0.0)
    score = score_track([bad, good, bad, good, bad])
    assert score == TrackScore(j=pytest.approx(2 / 3), f=pytest.approx(1 / 3), frames=3)
    everything = score_track([bad, good, bad, good, bad], leave_out_ends=False)
    assert everything == TrackScore(j=pytest.approx(2 / 5), f=pytest.approx(1 / 5), frames=5)


def test_absent_and_seen_as_absent_counts_in_full() -> None:
    something, nothing = square(20, 4, 4, 8), np.zeros((20, 20), bool)
    assert score_frame(nothing, nothing) == FrameScore(1.0, 1.0)
    assert score_frame(something, nothing) == FrameScore(0.0, 0.0)


def test_void_pixels_count_neither_way() -> None:
    truth, void = mask("##..", "##..", "...."), mask("..#.", "..#.", "....")
    assert score_frame(mask("###.", "###.", "...."), truth, void=void) == FrameScore(1.0, 1.0)
    assert score_frame(mask("###.", "###.", "#..."), truth, void=void).j == pytest.approx(4 / 5)
    assert score_frame(mask("###.", "###.", "...."), truth).j == pytest.approx(4 / 6)


def test_mean_counts_each_object_once() -> None:
    mean = mean_score([TrackScore(j=0.2, f=0.4, frames=1), TrackScore(j=0.8, f=0.8, frames=99)])
    assert (mean.j, mean.f, mean.frames) == (pytest.approx(0.5), pytest.approx(0.6), 100)
    assert mean.jf == pytest.approx(0.55)


def test_boundary_iou_by_hand() -> None:
    # 20 x 20: the border is round(0.02 * 28.3) = 1 pixel wide. A 6 x 6 square's is 20 pixels.
    truth = square(20, 4, 4, 6)
    assert boundary_iou(truth, truth) == 1.0
    # One column to the right: the upper and lower sides share 5 pixels each, and each side column meets the other's
    # upper and lower side: 10 in common of 40 - 10.
    assert boundary_iou(square(20, 5, 4, 6), truth) == pytest.approx(10 / 30)
    # At the picture's edge the mask ends, so its border runs along it.
    assert boundary_iou(np.ones((20, 20), bool), square(20, 0, 0, 20)) == 1.0
    assert boundary_iou(square(20, 1, 1, 18), np.ones((20, 20), bool)) == 0.0
    nothing = np.zeros((20, 20), bool)
    assert (boundary_iou(nothing, nothing), boundary_iou(nothing, truth)) == (1.0, 0.0)


def test_statistics_by_hand() -> None:
    # Quarters of 8 frames end at the frames round(1 + 7 k / 4) = 1, 3, 5, 6, 8, shared where they meet.
    found = statistics([1.0, 0.8, 0.6, 0.5, 0.5, 0.4, 0.2, 0.0])
    assert found.mean == pytest.approx(4 / 8)
    assert found.recall == pytest.approx(3 / 8)  # above a half, not at it
    assert found.decay == pytest.approx((1.0 + 0.8 + 0.6) / 3 - (0.4 + 0.2 + 0.0) / 3)
    assert statistics([0.7]).decay == 0.0
    with pytest.raises(InputError, match="no frames"):
        statistics([])


def test_the_decay_of_a_long_video_is_that_of_its_quarters() -> None:
    falling = np.linspace(1, 0, 1001)
    assert statistics(falling.tolist()).decay == pytest.approx(0.75, abs=1e-3)


def test_presence_by_hand() -> None:
    found = presence([True, True, True, False, False], [True, True, False, True, False])
    assert found.accuracy == pytest.approx(3 / 5)
    assert found.f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert presence([False] * 3, [False] * 3).f1 == 1.0
    assert presence([False], [True]).f1 == 0.0
    with pytest.raises(InputError, match="2 and 1"):
        presence([True, False], [True])


def test_clicks_to_a_target() -> None:
    assert clicks_to([0.5, 0.85, 0.8, 0.9], 0.85) == 2
    assert clicks_to([0.5, 0.85], 0.9) is None


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(2, 3\).*\(3, 2\)"):
        iou(np.zeros((2, 3), bool), np.zeros((3, 2), bool))
    with pytest.raises(InputError, match="HxW"):
        boundary_accuracy(np.zeros((2, 3, 1), bool), np.zeros((2, 3, 1), bool))
    with pytest.raises(InputError, match="none left to score"):
        score_track([FrameScore(1.0, 1.0)] * 2)
    with pytest.raises(InputError, match="no tracks"):
        mean_score([])
