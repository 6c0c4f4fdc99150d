"""The worst sequences: listed, and drawn large enough to see what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from masklet.evaluate.findings import find
from masklet.evaluate.pages.report_worst import FRAMES, WIDTH, colours, galleries, listing, worst
from tests.evaluate.pages.drawn_record import video_record

NAMES = ("good", "drifts", "is lost")


def test_the_worst_stand_first_in_list_and_pictures(tmp_path: Path) -> None:
    found = find(video_record(tmp_path, NAMES))
    rows = ["".join(row.itertext()) for row in listing(found).iter("tr")]
    assert [row[:5] for row in rows[1:]] == ["is lo", "drift", "good1"]
    made = galleries(found)
    assert ["".join(one.find("h3").itertext()).split(",")[0] for one in made] == ["is lost", "drifts", "good"]  # type: ignore[union-attr]
    pictures = list(made[0].iter("img"))
    assert len(pictures) == FRAMES
    assert {one.get("width") for one in pictures} == {str(WIDTH)}
    assert "missed" in str(pictures[-1].get("alt"))
    assert next(" ".join(one.itertext()) for one in colours()) == "right"


def test_without_files_it_is_said_why_there_are_no_pictures(tmp_path: Path) -> None:
    one = video_record(tmp_path, NAMES)
    gone = replace(one, items=tuple(replace(item, annotations=tmp_path / "gone") for item in one.items))
    (section,) = worst(find(gone))
    text = " ".join(section.itertext())
    assert "No pictures: " in text and "The worst 3 of 3" in text
    assert not list(section.iter("img"))
