"""The click protocol on drawn pictures, with answers whose figures are known beforehand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.values import FrameTruth, PictureItem, Region, Thing
from masklet.errors import InputError
from masklet.evaluate.pictures import evaluate_picture, picture_curves, picture_figures
from masklet.evaluate.record import Item
from masklet.media.rle import encode_mask
from masklet.values import Prompt
from tests.evaluate.fakes import LeftHalfFirst


def squares(*corners: tuple[int, int], side: int = 16) -> tuple[PictureItem, np.ndarray]:
    """A picture with squares of different reds, as an item and as pixels."""
    regions, pixels = [], np.zeros((48, 64, 3), np.uint8)
    for number, (x, y) in enumerate(corners, 1):
        mask = np.zeros((48, 64), bool)
        mask[y : y + side, x : x + side] = True
        pixels[mask] = 40 * number
        regions.append(Region(number, encode_mask(mask)))
    things = tuple(Thing(region.thing) for region in regions)
    return PictureItem("many/a", (48, 64), Path("many/a.jpg"), things, FrameTruth(tuple(regions))), pixels


def test_figures_of_known_answers() -> None:
    item, pixels = squares((2, 2), (30, 20))
    found = evaluate_picture(LeftHalfFirst(pixels), item, 2, box=False)
    assert [(one.sequence, one.object, one.source) for one in found] == [("many/a", 1, "many"), ("many/a", 2, "many")]
    for one in found:
        assert one.figures["area"] == 256
        assert [one.figures[f"iou@{n}"] for n in (1, 2)] == [pytest.approx(0.5), 1.0]
        assert [one.figures[f"best@{n}"] for n in (1, 2)] == [1.0, 1.0]
        assert [one.figures[f"predicted@{n}"] for n in (1, 2)] == [0.7, 0.9]
        assert (one.figures["noc@85"], one.figures["noc@90"], one.figures["failed@90"]) == (2, 2, 0)
    figures = picture_figures(found, 2, box=False)
    assert figures["iou@1"] == figures["iou_sources@1"] == pytest.approx(0.5)
    assert figures["score_error@1"] == pytest.approx(0.2)
    assert "area" not in figures
    assert picture_curves(found, 2) == {"iou over clicks": ((1.0, pytest.approx(0.5)), (2.0, 1.0))}


def test_a_target_that_is_never_reached_counts_with_all_clicks() -> None:
    item, pixels = squares((2, 2))
    one = evaluate_picture(LeftHalfFirst(pixels), item, 1, box=False)[0]
    assert (one.figures["noc@85"], one.figures["failed@85"]) == (1, 1.0)


def test_clicks_lie_in_the_middle_of_object_and_error() -> None:
    item, pixels = squares((20, 24), side=15)
    image = LeftHalfFirst(pixels)
    evaluate_picture(image, item, 3, box=False)
    (first, none), (second, after_first), (third, _) = image.calls
    assert none is None
    assert first == [Prompt(points=((27.5, 31.5),), labels=(1,))]
    # The missing right half is 7 wide, columns 28 to 34, the middle one 31; any row far from the ends will do.
    (x, y), label = second[0].points[1], second[0].labels[1]
    assert (x, label) == (31.5, 1)
    assert 24 + 3 <= y <= 39 - 3
    assert after_first is not None
    assert after_first[0] is not None
    assert after_first[0].score == 0.7
    # Nothing is wrong any more: the third click confirms.
    assert third[0].labels == (1, 1, 1)


def test_objects_of_a_picture_go_in_one_call_and_the_box_is_the_tightest() -> None:
    item, pixels = squares((2, 2), (30, 20))
    image = LeftHalfFirst(pixels)
    found = evaluate_picture(image, item, 4)
    assert [len(prompts) for prompts, _ in image.calls] == [2] * 5
    assert image.calls[-1][0] == [Prompt(box=(2, 2, 18, 18)), Prompt(box=(30, 20, 46, 36))]
    assert [one.figures["iou@box"] for one in found] == [1.0, 1.0]


def test_crowds_are_left_out_and_numbers_need_not_be_consecutive() -> None:
    item, pixels = squares((2, 2), (30, 20))
    regions = (replace(item.truth.regions[0], thing=700), item.truth.regions[1])
    crowd = replace(item, things=(Thing(700), Thing(2, crowd=True)), truth=FrameTruth(regions))
    assert [one.object for one in evaluate_picture(LeftHalfFirst(pixels), crowd, 1)] == [700]
    nothing = replace(item, truth=FrameTruth())
    assert evaluate_picture(LeftHalfFirst(pixels), nothing, 1) == ()
    assert picture_figures((), 1) == picture_curves((), 1) == {}


def test_sources_weigh_the_same() -> None:
    def result(source: str, value: float) -> Item:
        figures = {"iou@1": value, "best@1": value, "predicted@1": value}
        return Item("a", 1, source, figures)

    found = picture_figures([result("many", 0.2), result("many", 0.4), result("few", 0.9)], 1, box=False)
    assert found["iou@1"] == pytest.approx(0.5)
    assert found["iou_sources@1"] == pytest.approx(0.6)


def test_clicks_below_one_are_refused() -> None:
    item, pixels = squares((2, 2))
    with pytest.raises(InputError, match="from 1 up"):
        evaluate_picture(LeftHalfFirst(pixels), item, 0)
