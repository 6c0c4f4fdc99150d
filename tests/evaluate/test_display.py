"""Names and numbers as people read them."""

from __future__ import annotations

import pytest

from masklet.errors import InputError
from masklet.evaluate.bootstrap import interval
from masklet.evaluate.display import first_figures, headings, main_figures, name_of, said_of, shown, shown_interval
from tests.evaluate.records import item, record


@pytest.mark.parametrize(
    ("figure", "name"),
    [
        ("jf", "J&F"),
        ("iou@1", "IoU, 1 click"),
        ("iou@3", "IoU, 3 clicks"),
        ("iou_sources@5", "IoU, 5 clicks, over sources"),
        ("best_sources@box", "best candidate's IoU, box, over sources"),
        ("noc@85", "clicks to an IoU of 85"),
        ("failed@90", "objects that never reach an IoU of 90"),
        ("ar@100", "average recall, 100 proposals"),
        ("presence_f1", "presence F1"),
        ("j_recall", "J recall"),
        ("f_unseen", "F unseen"),
        ("clicks_to_jf85", "clicks to J&F85"),
        ("re_acquired", "re acquired"),
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
    assert shown("clicks_to_jf85", 2.5) == "2.5"
    assert shown("failed@85", 0.5) == "50.0"
    assert shown("id_switches", 12) == "12"


def test_a_source_is_told_once() -> None:
    assert said_of("coco", "coco/000") == "coco/000"
    assert said_of("mose", "street") == "street (mose)"
    assert said_of(".", "street") == said_of("", "street") == "street"


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
    fewer = record([item("a")], model="large", protocol={"given": "1 click", "evaluated": 5, "failed": "b"})
    assert headings([a, fewer]) == ["nano", "large"]
    assert headings([record([item("a")], protocol={})]) == ["vos"]


def test_a_record_stands_by_its_main_figures() -> None:
    assert main_figures(record([item("a")])) == ["jf"]
    clicks = {"iou@1": 0.1, "iou@3": 0.2, "best@1": 0.3}
    pictures = record(
        [item("a", figures=clicks)], kind="images", figures={"noc@85": 3.0, **clicks, "iou_sources@1": 0.1}
    )
    assert main_figures(pictures) == ["iou@1", "iou@3"]
    assert first_figures(pictures) == ["iou_sources@1", "iou@1", "iou@3", "noc@85"]
    assert first_figures(record([], figures={"clicks": 3})) == ["clicks"]
    assert main_figures(record([item("a", figures={"recall": 0.1, "hota": 0.2})], figures={"hota": 0.2})) == ["hota"]
    with pytest.raises(InputError, match="no figures"):
        main_figures(record([], figures={}))
