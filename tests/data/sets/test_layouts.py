"""Which format a folder is of: names, hints and the order of trying; each format's own marks are in test_readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.layouts import LAYOUTS, layout_named, open_set, recognise
from tests.data.sets.test_readers import MADE, coco, sav, vos


def test_every_format_has_a_name_of_its_own() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
    assert [layout_named(layout.name) for layout in LAYOUTS] == list(LAYOUTS)
    with pytest.raises(DataError, match="'cocoa' is no format that masklet knows; there are sav-folders, .*plain"):
        layout_named("cocoa")


def test_a_folder_around_one_set_is_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "readme").mkdir()
    inner = MADE["davis-2017"](tmp_path / "DAVIS")
    found = recognise(tmp_path)
    assert found is not None
    assert (found[0].name, found[1]) == ("davis-2017", inner)
    coco(tmp_path / "other")
    with pytest.raises(DataError, match=r"several data sets: DAVIS \(davis-2017\), other \(coco\); give one of them"):
        recognise(tmp_path)


def test_the_format_that_is_named_is_taken(tmp_path: Path) -> None:
    folder = vos(tmp_path)
    assert open_set(folder, layout="youtube-vos").layout == "youtube-vos"
    with pytest.raises(DataError, match="there is no such folder"):
        open_set(tmp_path / "none", layout="davis-2017")
    with pytest.raises(DataError, match="there is no such folder"):
        recognise(tmp_path / "none")


def test_issues_go_where_they_are_wanted_and_masklets_are_chosen(tmp_path: Path) -> None:
    issues = Issues()
    assert open_set(MADE["davis-2017"](tmp_path / "vos"), issues=issues).issues is issues
    folder = sav(tmp_path / "sav")
    by_hand = open_set(folder, masklets="manual").read("sav_000001")
    assert by_hand is not None
    assert len(by_hand.things) == 2
    by_a_model = open_set(folder, masklets="auto").read("sav_000001")
    assert by_a_model is None or not by_a_model.things
