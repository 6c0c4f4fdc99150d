"""The click protocol on drawn pictures, with answers whose figures are known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.data.pictures import PictureSet
from masklet.errors import InputError
from masklet.evaluate.pictures import ObjectResult, PictureReport, evaluate_pictures, masks_of
from masklet.values import Picture, Prompt
from tests.evaluate.drawn import write_pictures
from tests.evaluate.fakes import LeftHalfFirst


def squares(*corners: tuple[int, int], side: int = 16) -> np.ndarray:
    labels = np.zeros((48, 64), np.uint8)
    for number, (x, y) in enumerate(corners, 1):
        labels[y : y + side, x : x + side] = number
    return labels


@pytest.fixture()
def two_sources(tmp_path: Path) -> PictureSet:
    drawn = {"many/a": squares((2, 2), (30, 20)), "many/b": squares((10, 10)), "one/c": squares((20, 24))}
    return PictureSet(write_pictures(tmp_path, drawn))


def test_figures_of_known_answers(two_sources: PictureSet) -> None:
    report = evaluate_pictures(LeftHalfFirst, two_sources, clicks=(1, 2))
    assert report.clicks == (1, 2)
    assert len(report.objects) == 4
    for one in report.objects:
        assert one.area == 256
        assert one.ious == (pytest.approx(0.5), 1.0)
        assert one.oracle == (1.0, 1.0)
        assert one.predicted == (0.7, 0.9)
    assert report.over_objects(1) == report.over_sources(1) == pytest.approx(0.5)
    assert report.over_objects(1, oracle=True) == report.over_sources(2) == 1.0
    assert report.counts() == {"many": 3, "one": 1}


def test_clicks_lie_in_the_middle_of_object_and_error(tmp_path: Path) -> None:
    pictures = PictureSet(write_pictures(tmp_path, {"one/a": squares((20, 24), side=15)}))
    opened: list[LeftHalfFirst] = []

    def remember(picture: Picture) -> LeftHalfFirst:
        opened.append(LeftHalfFirst(picture))
        return opened[-1]

    evaluate_pictures(remember, pictures, clicks=(3,))
    (first, none), (second, after_first), (third, _) = opened[0].calls
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


def test_objects_of_a_picture_go_in_one_call(two_sources: PictureSet) -> None:
    opened: list[LeftHalfFirst] = []

    def remember(picture: Picture) -> LeftHalfFirst:
        opened.append(LeftHalfFirst(picture))
        return opened[-1]

    evaluate_pictures(remember, two_sources, clicks=(1, 5))
    assert [len(one.calls) for one in opened] == [5, 5, 5]
    assert [len(one.calls[0][0]) for one in opened] == [2, 1, 1]


def test_sources_weigh_the_same() -> None:
    def result(source: str, value: float) -> ObjectResult:
        return ObjectResult("a.jpg", source, 1, 9, (value,), (value,), (value,))

    report = PictureReport((result("many", 0.2), result("many", 0.4), result("few", 0.9)), (1,), 1.0)
    assert report.over_objects(1) == pytest.approx(0.5)
    assert report.by_source(1) == {"few": 0.9, "many": pytest.approx(0.3)}
    assert report.over_sources(1) == pytest.approx(0.6)


def test_progress_and_every(two_sources: PictureSet) -> None:
    seen: list[tuple[int, int]] = []
    report = evaluate_pictures(LeftHalfFirst, two_sources, (1,), lambda done, of: seen.append((done, of)), every=2)
    assert seen == [(1, 2), (2, 2)]
    assert [one.picture for one in report.objects] == ["a.jpg", "a.jpg", "c.jpg"]


def test_numbers_need_not_be_consecutive() -> None:
    labels = np.array([[0, 3], [3, 700]], np.uint16)
    masks = masks_of(labels)
    assert list(masks) == [3, 700]
    assert np.array_equal(masks[3], [[False, True], [True, False]])


@pytest.mark.parametrize("clicks", [(), (0, 1)])
def test_clicks_below_one_are_refused(two_sources: PictureSet, clicks: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="from 1 up"):
        evaluate_pictures(LeftHalfFirst, two_sources, clicks)


def test_pictures_without_objects_are_refused(tmp_path: Path) -> None:
    pictures = PictureSet(write_pictures(tmp_path, {"one/a": np.zeros((8, 8), np.uint8)}))
    with pytest.raises(InputError, match="no objects"):
        evaluate_pictures(LeftHalfFirst, pictures)
