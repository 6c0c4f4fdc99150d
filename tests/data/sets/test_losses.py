"""What a format cannot hold: each thing is counted once, and the item is made to fit; whole formats: test_convert."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.data.sets.losses import Loss, Tally, fitted, losses_of, losses_of_kind, losses_of_set, overlap
from masklet.data.sets.seam import Holds
from masklet.data.sets.values import About, Category, FrameTruth, PictureItem, Region, Thing, VideoItem
from masklet.media.rle import decode_mask, encode_mask
from tests.data.sets.drawn_sets import SIZE

ALL = Holds(
    "videos", void=True, names=True, categories=True, crowd=True, polygons=True, fps="any", fields=True,
    region_fields=True, splits=True, set_fields=True, folders=True,
)  # fmt: skip


def region(thing: int, rows: slice) -> Region:
    mask = np.zeros(SIZE, bool)
    mask[rows, :2] = True
    return Region(thing, encode_mask(mask))


def video(*regions: Region, things: tuple[Thing, ...] = (Thing(1), Thing(2)), **fields: object) -> VideoItem:
    files = (Path("0.jpg"), Path("1.jpg"))
    item = VideoItem("a/b", SIZE, ("0", "1"), files, things, {0: FrameTruth(regions)})
    return replace(item, **fields)  # type: ignore[arg-type]


def counts(item: VideoItem | PictureItem, holds: Holds) -> dict[str, int]:
    return {loss.what: loss.count for loss in losses_of(item, holds, exact=False) if not loss.note}


BOTH = (region(1, slice(0, 4)), region(2, slice(3, 6)))


def test_a_format_that_holds_all_loses_nothing() -> None:
    assert counts(video(*BOTH, fps=24.0), ALL) == {}


@pytest.mark.parametrize(
    ("without", "item", "said", "count"),
    [
        ({"overlaps": False}, video(*BOTH), "pixels that several objects share", 2),
        ({"names": False}, video(*BOTH, things=(Thing(1, "Rex"), Thing(2))), "names of objects", 1),
        ({"categories": False}, video(*BOTH, things=(Thing(1, None, "dog"), Thing(2, None, "dog"))), "categories", 2),
        ({"crowd": False}, video(*BOTH, things=(Thing(1, crowd=True), Thing(2))), "crowd", 1),
        ({"fps": None}, video(*BOTH, fps=25.0), "frame rates", 1),
        ({"folders": False}, video(*BOTH), "names with folders", 1),
        ({"fields": False}, video(*BOTH, extra={"weather": "rain"}), "the field 'weather'", 1),
        ({"unseen": False}, video(BOTH[0]), "objects that no frame shows", 1),
        ({"one_object": True}, video(*BOTH), "become one with another", 1),
        ({"ids": (1, 1)}, video(*BOTH), "objects beyond the 1th", 1),
        ({"void": False}, video(truths={0: FrameTruth(void=BOTH[0].rle)}), "count neither way", 1),
    ],
)
def test_what_it_has_no_place_for_is_counted(without: dict, item: VideoItem, said: str, count: int) -> None:
    found = counts(item, replace(ALL, **without))
    (what,) = [one for one in found if said in one]
    assert found[what] == count
    assert all(said not in one for one in counts(item, ALL))


def test_pixels_that_are_shared_are_counted_once_each() -> None:
    assert overlap(FrameTruth(BOTH)) == 2
    assert overlap(FrameTruth(BOTH, void=BOTH[0].rle)) == 2 + 8
    assert overlap(FrameTruth(BOTH[:1])) == 0


def test_a_tally_adds_up_and_keeps_the_first_example() -> None:
    tally = Tally()
    for loss in (Loss("names", 2, "a"), Loss("names", 3, "b"), Loss("rates", 1, "a", note=True)):
        tally.add(loss)
    assert tally.losses == [Loss("names", 5, "a")]
    assert tally.notes == [Loss("rates", 1, "a", note=True)]


def test_a_video_that_becomes_pictures_loses_its_time() -> None:
    truths = {0: FrameTruth(BOTH[:1], frozenset({2}))}
    found = {loss.what: loss.count for loss in losses_of_kind(video(truths=truths, fps=24.0), Holds("pictures"))}
    assert [*found.values()] == [1, 1, 1, 1]  # taken apart, a frame without truth, an absence, the rate
    still = PictureItem("p", SIZE, Path("p.jpg"), (), FrameTruth())
    (only,) = losses_of_kind(still, ALL)
    assert only.note


def test_a_list_of_all_items_says_nothing() -> None:
    about = About((Category("dog", 7),), {"all": ("a", "b"), "val": ("a",)}, {"year": 2017})
    found = [loss.what for loss in losses_of_set(about, Holds("videos"), 2)]
    assert found[0].startswith("lists of items (val)")
    assert found[1:] == ["fields of the set (year)", "categories' numbers and fields"]
    assert list(losses_of_set(about, ALL, 2)) == []


def test_an_item_is_made_to_fit() -> None:
    item = video(
        *BOTH, things=(Thing(300), Thing(7)), truths={0: FrameTruth((region(300, slice(0, 1)),), frozenset({7}))}
    )
    fits = fitted(item, Holds("videos", ids=(1, 255)))
    assert fits.name == "a__b"
    assert {thing.id for thing in fits.things} == {1, 2}
    truth = fits.truths[0]  # type: ignore[union-attr]
    assert ([one.thing for one in truth.regions], truth.absent) == ([2], {1})
    merged = fitted(video(*BOTH), Holds("videos", one_object=True))
    (one,) = merged.truths[0].regions  # type: ignore[union-attr]
    assert decode_mask(one.rle)[:, 0].sum() == 6
