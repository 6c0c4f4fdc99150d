"""Whole videos scored: figures that DAVIS's own code gave for drawn masks, and the conventions worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.values import FrameTruth, Region, Thing
from masklet.errors import InputError
from masklet.evaluate.metrics import boundary_iou
from masklet.evaluate.rules import rule_of
from masklet.evaluate.scoring import Places, Worked, score_video
from masklet.media.rle import encode_mask
from tests.evaluate.drawn import predicted, two_ellipses, two_guesses, video_item

TRUTH = [two_ellipses(t) for t in range(14)]


GUESS = [two_guesses(t) for t in range(14)]


def test_agrees_with_the_code_of_davis() -> None:
    # Worked out with metrics.py and utils.py of davis2017-evaluation (semi-supervised, void pixels as 255) on these
    # masks; boundary IoU with boundary_utils.py of boundary-iou-api beside the void pixels.
    one, two = score_video(video_item("drawn", TRUTH), predicted(GUESS), "davis").items
    assert one.figures["j"] == pytest.approx(0.6922844479760966, abs=1e-6)
    assert one.figures["j_recall"] == pytest.approx(0.9166666666666666, abs=1e-6)
    assert one.figures["j_decay"] == pytest.approx(0.32343695144362694, abs=1e-6)
    assert one.figures["f"] == pytest.approx(0.48823085820204243, abs=1e-6)
    assert one.figures["f_recall"] == pytest.approx(0.3333333333333333, abs=1e-6)
    assert one.figures["f_decay"] == pytest.approx(0.5993739532455125, abs=1e-6)
    assert two.figures["j"] == pytest.approx(0.6191936693325054, abs=1e-6)
    assert two.figures["j_recall"] == pytest.approx(0.8333333333333334, abs=1e-6)
    assert two.figures["j_decay"] == pytest.approx(0.3681803380438217, abs=1e-6)
    assert two.figures["f"] == pytest.approx(0.5477267881895186, abs=1e-6)
    assert two.figures["f_recall"] == pytest.approx(0.5, abs=1e-6)
    assert two.figures["f_decay"] == pytest.approx(0.6719774841977149, abs=1e-6)
    assert two.figures["jf"] == pytest.approx((two.figures["j"] + two.figures["f"]) / 2)


@pytest.mark.parametrize(
    ("number", "t", "expected"),
    [
        (1, 1, 0.6765375854214123),
        (1, 12, 0.09131736526946108),
        (2, 3, 0.48476454293628807),
        (2, 8, 0.19507186858316222),
    ],
)
def test_agrees_with_the_code_of_boundary_iou(number: int, t: int, expected: float) -> None:
    assert boundary_iou(GUESS[t] == number, TRUTH[t] == number) == pytest.approx(expected, abs=1e-6)


def test_what_is_kept_between_two_scorings_changes_no_figure() -> None:
    item, worked = video_item("drawn", TRUTH), Worked()
    first = score_video(item, predicted(GUESS), "davis", worked=worked)
    mended = predicted([*GUESS[:5], TRUTH[5], *GUESS[6:12], TRUTH[12], GUESS[13]])
    second = score_video(item, mended, "davis", worked=worked)
    assert first == score_video(item, predicted(GUESS), "davis")
    assert second == score_video(item, mended, "davis")
    assert second != first
    with pytest.raises(InputError, match="a mask of"):
        score_video(item, {1: {5: encode_mask(np.ones((5, 5), bool))}}, "davis", worked=worked)


def test_frames_tell_what_was_seen() -> None:
    item = score_video(
        video_item("drawn", TRUTH), predicted(GUESS), "davis", places=Places("drawn", Path("truth"))
    ).items[1]
    assert [frame.index for frame in item.frames] == list(range(1, 13))
    seen = {frame.index: (frame.truth_visible, frame.predicted_visible, frame.j) for frame in item.frames}
    assert seen[5] == (False, True, 0.0)
    assert seen[6] == (False, False, 1.0)
    assert seen[12] == (True, False, 0.0)
    assert item.figures["presence_accuracy"] == pytest.approx(10 / 12)
    assert item.figures["presence_f1"] == pytest.approx(2 * 9 / (2 * 9 + 2))
    assert (item.source, item.annotations, item.predictions) == ("drawn", Path("truth"), None)
    assert item.pictures == Path("nowhere/drawn")


def test_objects_with_frames_of_their_own_may_overlap() -> None:
    whole, part = np.zeros((8, 12), bool), np.zeros((8, 12), bool)
    whole[1:7, 1:9], part[2:4, 2:5] = True, True
    regions = (Region(0, encode_mask(whole)), Region(4, encode_mask(part)))
    truths = {t: FrameTruth(regions if t % 2 == 0 else regions[:1]) for t in range(7)}
    item = replace(video_item("overlap", [np.ones((8, 12), np.uint8)] * 7), things=(Thing(0), Thing(4)), truths=truths)
    found = score_video(
        item, {0: {t: encode_mask(whole) for t in range(7)}, 4: {2: encode_mask(part)}}, rule_of("sav-folders")
    )
    first, second = found.items
    assert (first.figures["j"], len(first.frames)) == (1.0, 5)
    assert [(frame.index, frame.j) for frame in second.frames] == [(2, 1.0), (4, 0.0)]


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="drawn, object 1, frame 3: a mask of 5x4 pixels, the video has 128x96"):
        score_video(video_item("drawn", TRUTH), {1: {3: encode_mask(np.ones((4, 5), bool))}}, "davis")
