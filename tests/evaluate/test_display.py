"""Names and numbers as people read them."""

from __future__ import annotations

import pytest

from masklet.errors import InputError
from masklet.evaluate.bootstrap import interval
from masklet.evaluate.display import headings, main_figures, name_of, shown, shown_interval
from tests.evaluate.records import item, record


@pytest.mark.parametrize(
    ("figure", "name"),
    [
        ("jf", "J&F"),
        ("iou@1", "IoU, 1 click"),
        ("iou@3", "IoU, 3 clicks"),
        ("noc@85", "clicks to 85"),
        ("presence_f1", "presence f1"),
        ("iou@box", "IoU, box"),
    ],
)
def test_names(figure: str, name: str) -> None:
    assert name_of(figure) == name


def test_fractions_are_per_cent_and_numbers_are_not() -> None:
    assert shown("jf", 0.6667) == "66.7"
    assert shown("noc@85", 3.25) == "3.25"
    assert shown("seconds", 1234.5) == "1234"
    assert shown("jf", -0.01, signed=True) == "−1.0"
    assert shown("jf", 0.01, signed=True) == "+1.0"
    assert shown("jf", -0.00001) == "0.0"
    assert shown("jf", None) == "–"


def test_intervals_of_few_sequences_are_marked() -> None:
    assert shown_interval("jf", interval([0.1], ["a"])) == "–"
    assert shown_interval("jf", interval([0.5] * 3, "abc")) == "50.0 to 50.0 (few)"
    assert shown_interval("jf", interval([0.5] * 6, "abcdef")) == "50.0 to 50.0"


def test_records_side_by_side_are_called_by_what_differs() -> None:
    a, b = record([item("a")]), record([item("a")], protocol={"given": "mask"})
    assert headings([a, b]) == ["1 click", "mask"]
    assert headings([a]) == ["1 click"]
    assert headings([a, record([item("a")], model="large")]) == ["nano", "large"]
    assert headings([a, a]) == ["1 click (1)", "1 click (2)"]
    assert headings([record([item("a")], protocol={})]) == ["vos"]


def test_a_record_stands_by_its_main_figures() -> None:
    assert main_figures(record([item("a")])) == ["jf"]
    clicks = {"iou@1": 0.1, "iou@3": 0.2, "best@1": 0.3}
    assert main_figures(record([item("a", figures=clicks)], kind="images")) == ["iou@1", "iou@3"]
    assert main_figures(record([item("a", figures={"recall": 0.1, "hota": 0.2})], figures={"hota": 0.2})) == ["hota"]
    with pytest.raises(InputError, match="no figures"):
        main_figures(record([], figures={}))
