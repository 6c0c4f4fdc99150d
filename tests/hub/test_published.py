"""The table of published weights: what stands in it fits the models and the files' own names."""

from __future__ import annotations

import re

import pytest

from masklet.hub.published import PUBLISHED, SA23_1, SAV_TEST
from masklet.runtime import list_models
from masklet.runtime.catalogue import KEPT_SUFFIXES


@pytest.mark.parametrize("one", PUBLISHED.values(), ids=PUBLISHED)
def test_addresses_and_hashes_have_their_form(one) -> None:
    assert one.url.startswith("https://") and one.suffix in KEPT_SUFFIXES
    assert one.sha256 is None or re.fullmatch("[0-9a-f]{64}", one.sha256)
    assert all(figure.source and 0 < figure.value <= 100 for figure in one.figures)


def test_no_two_models_are_one_file() -> None:
    assert len({one.url for one in PUBLISHED.values()}) == len(PUBLISHED)
    hashes = [one.sha256 for one in PUBLISHED.values() if one.sha256]
    assert len(set(hashes)) == len(hashes)


def test_the_models_of_sam_and_sam2_can_all_be_fetched() -> None:
    names = {one.name for one in list_models() if one.name.startswith(("sam", "mobile"))}
    assert len(names) >= 12 and names <= set(PUBLISHED)


def test_figures_are_found_by_what_they_measure() -> None:
    assert PUBLISHED["sam2.1-large"].figure(SAV_TEST) == 79.5
    assert PUBLISHED["sam-vit-h"].figure(SA23_1) == 58.1
    assert PUBLISHED["sam-vit-b"].figure(SAV_TEST) is None
