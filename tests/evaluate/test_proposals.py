from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing
from masklet.evaluate.proposals import average_recall, compare_proposals
from masklet.media.rle import encode_mask
from tests.evaluate.fakes import FoundRegion

SIZE = (60, 80)


def box(x: int, y: int, width: int, height: int) -> dict[str, object]:
    mask = np.zeros(SIZE, bool)
    mask[y : y + height, x : x + width] = True
    return encode_mask(mask)


def picture(*rles: dict[str, object], crowd: int | None = None) -> PictureItem:
    things = tuple(Thing(k, crowd=k == crowd) for k in range(1, len(rles) + 1))
    regions = tuple(Region(k, rle) for k, rle in enumerate(rles, 1))
    return PictureItem("one/a", SIZE, Path("one/a.jpg"), things, FrameTruth(regions))


def test_recall_by_hand() -> None:
    item = picture(box(0, 0, 20, 10), box(30, 0, 20, 10), box(0, 30, 10, 10))
    # One exactly, one with IoU 160 / 240, the third not at all.
    found = [
        FoundRegion(box(0, 0, 20, 10), 0.9),
        FoundRegion(box(34, 0, 20, 10), 0.8),
        FoundRegion(box(60, 40, 5, 5), 1),
    ]
    items, more = compare_proposals(item, found)
    assert [one.figures["best_iou@100"] for one in items] == [1.0, pytest.approx(160 / 240), 0.0]
    assert [one.figures["area"] for one in items] == [200, 200, 100]
    figures = average_recall([more])
    assert figures["recall50@1000"] == pytest.approx(2 / 3)
    # The second counts at 0.5, 0.55, 0.6 and 0.65 of the ten thresholds.
    assert figures["ar@1000"] == pytest.approx((1 + 0.4 + 0) / 3)
    assert figures["ar_small@1000"] == pytest.approx((1 + 0.4) / 3)
    assert "ar_large@1000" not in figures


def test_a_proposal_stands_for_one_object_and_the_best_hundred_count() -> None:
    item = picture(box(0, 0, 20, 10), box(2, 0, 20, 10))
    one = [FoundRegion(box(0, 0, 20, 10), 0.5)]
    assert average_recall([compare_proposals(item, one)[1]])["recall50@1000"] == 0.5
    others = [FoundRegion(box(40 + k % 30, 30, 3, 3), 0.9) for k in range(100)]
    items, more = compare_proposals(item, [*one, *others])
    assert (items[0].figures["best_iou@100"], items[0].figures["best_iou@1000"]) == (0.0, 1.0)
    figures = average_recall([more])
    assert (figures["recall50@100"], figures["recall50@1000"]) == (0.0, 0.5)


def test_crowds_count_neither_way() -> None:
    item = picture(box(0, 0, 20, 10), box(30, 0, 20, 10), crowd=2)
    items, more = compare_proposals(item, [FoundRegion(box(0, 0, 20, 10), 0.5)])
    assert [one.object for one in items] == [1]
    assert average_recall([more])["ar@1000"] == 1.0


def test_no_proposals_and_no_objects() -> None:
    _, nothing_found = compare_proposals(picture(box(0, 0, 20, 10)), [])
    assert average_recall([nothing_found])["ar@100"] == 0.0
    items, nothing_there = compare_proposals(picture(), [FoundRegion(box(0, 0, 20, 10), 0.5)])
    assert (items, average_recall([nothing_there]), average_recall([])) == ((), {}, {})
