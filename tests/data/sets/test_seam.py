"""The seam, kept by every format: what a set opened anywhere promises to those who work on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.data.sets.issues import Issues
from masklet.data.sets.layouts import LAYOUTS
from masklet.data.sets.losses import losses_of
from masklet.data.sets.seam import DataSet, Holds, Layout
from masklet.data.sets.values import About, Item, PictureItem, VideoItem
from tests.data.sets.drawn_sets import read_set, write_set
from tests.data.sets.test_readers import MADE, sav

every = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


def opened(layout: Layout, folder: Path) -> DataSet:
    return layout.open(MADE[layout.name](folder), Issues(strict=True))


def items(layout: Layout, folder: Path) -> list[Item]:
    return read_set(layout, MADE[layout.name](folder))


def test_every_format_has_a_name_and_a_title_of_its_own() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len({layout.title for layout in LAYOUTS}) == len(LAYOUTS)


@every
def test_a_set_says_what_it_is_and_where_it_lies(layout: Layout, tmp_path: Path) -> None:
    data = opened(layout, tmp_path)
    assert (data.kind, data.layout) == (layout.holds.kind, layout.name)
    assert data.folder == tmp_path
    assert isinstance(data.about, About)


@every
def test_names_come_in_the_same_order_each_time(layout: Layout, tmp_path: Path) -> None:
    data = opened(layout, tmp_path)
    names = list(data.names())
    assert names and len(set(names)) == len(names)
    assert list(data.names()) == names == list(layout.open(tmp_path, Issues()).names())


@every
def test_an_item_has_the_name_that_it_was_asked_for_by(layout: Layout, tmp_path: Path) -> None:
    data = opened(layout, tmp_path)
    for name in data.names():
        item = data.read(name)
        assert isinstance(item, PictureItem if data.kind == "pictures" else VideoItem)
        assert item.name == name


@every
def test_regions_and_absences_are_of_the_items_own_things(layout: Layout, tmp_path: Path) -> None:
    for item in items(layout, tmp_path):
        known = {thing.id for thing in item.things}
        assert len(known) == len(item.things)
        for truth in item.truths.values() if isinstance(item, VideoItem) else [item.truth]:
            there = {region.thing for region in truth.regions}
            assert there | truth.absent <= known and not there & truth.absent
            for rle in (*(region.rle for region in truth.regions), *([truth.void] if truth.void else [])):
                assert tuple(rle["size"]) == item.size
            assert all(region.area for region in truth.regions)


@every
def test_a_format_holds_what_its_own_reader_gives(layout: Layout, tmp_path: Path) -> None:
    for item in items(layout, tmp_path):
        assert [loss for loss in losses_of(item, layout.holds, exact=True) if not loss.note] == []


@every
def test_what_a_format_writes_it_recognises_and_reads_in_the_same_order(layout: Layout, tmp_path: Path) -> None:
    found = items(layout, tmp_path / "in")
    out = write_set(layout, found, tmp_path / "out", exact=False)
    assert layout.recognise(out)
    assert [item.name for item in read_set(layout, out)] == [item.name for item in found]


def test_of_a_format_that_says_nothing_little_is_taken_for_granted() -> None:
    holds = Holds("pictures")
    assert (holds.ids, holds.fps, holds.stride, holds.void) == (None, None, None, False)
    assert not (holds.names or holds.categories or holds.crowd or holds.polygons or holds.splits or holds.folders)
    assert not (holds.fields or holds.region_fields or holds.set_fields or holds.one_object)
    assert holds.overlaps and holds.partial is True and holds.unseen is True
    assert holds.pixels == (".jpg", ".jpeg", ".png", ".webp")


def test_an_item_that_cannot_be_read_is_none_and_told(tmp_path: Path) -> None:
    folder = sav(tmp_path)
    (folder / "sav_000001_manual.json").write_text("[]")
    data = next(one for one in LAYOUTS if one.name == "sav").open(folder, Issues())
    assert data.names() == ["sav_000001"]
    assert data.read("sav_000001") is None
    assert len(data.issues) == 1
