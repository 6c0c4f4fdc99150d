"""The report: it shows what is in the record, opens offline, and hostile names stay names."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from masklet.errors import OutputError
from masklet.evaluate.findings import find
from masklet.evaluate.pages.report import report_page, write_report
from masklet.media.picture import write_picture
from tests.evaluate.pages.drawn_record import picture_record, video_record
from tests.evaluate.pages.test_document import HOSTILE, Reader, check_harmless
from tests.evaluate.records import frames, item, record

VIDEOS = ("good", "drifts", "falls behind", "is lost")


def text_of(page: str) -> str:
    return " ".join("".join(check_harmless(page).text).split())


def test_a_report_of_videos(tmp_path: Path) -> None:
    one = video_record(tmp_path, VIDEOS)
    found = write_report(one, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    seen, text = check_harmless(page), text_of(page)
    for title in ("In short", "Worst first", "Where it fails", "Over time", "Every object", "How to repeat it"):
        assert title in text
    assert f"{100 * one.figures['jf']:.1f}" in text
    assert "masklet evaluate vos set" in text
    assert found.ranked[0].name[1] == "is lost"
    assert "Worst sequences by J&F: is lost" in text
    pictures = [attributes for name, attributes in seen.tags if name == "img"]
    assert len(pictures) == 6 * len(VIDEOS)
    assert all(str(one["src"]).startswith("data:image/jpeg;base64,") for one in pictures)
    assert len(page) < 400_000


def test_sheets_that_are_there_take_the_place_of_the_pages_own(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    write_picture(sheet, np.full((30, 200, 3), 128, np.uint8))
    one = video_record(tmp_path / "set", VIDEOS)
    write_report(one, tmp_path / "report.html", {"fast <1>: the answers": sheet})
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    (picture,) = [attributes for name, attributes in check_harmless(page).tags if name == "img"]
    assert (picture["alt"], picture["width"], picture["height"]) == ("fast <1>: the answers", "200", "30")
    assert "The worst 4 of 4" in text_of(page)


def test_everything_that_is_drawn_is_told_in_words(tmp_path: Path) -> None:
    seen = check_harmless(report_page(find(video_record(tmp_path, VIDEOS))))
    charts = [attributes for name, attributes in seen.tags if name == "svg"]
    assert len(charts) > len(VIDEOS)
    for attributes in charts:
        assert attributes.get("aria-hidden") == "true" or (attributes.get("role") == "img" and attributes["aria-label"])
    assert all(attributes["alt"] for name, attributes in seen.tags if name == "img")
    text = text_of(report_page(find(video_record(tmp_path, VIDEOS))))
    assert "frames with a false mask: 1, without a mask that should be there: 1" in text
    ids = [attributes["id"] for _, attributes in seen.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = [str(a["href"])[1:] for name, a in seen.tags if name == "a"]
    assert set(targets) <= set(ids)


def test_a_report_of_pictures(tmp_path: Path) -> None:
    page = report_page(find(picture_record(tmp_path / "set")))
    text = text_of(page)
    assert "IoU, 1 click" in text
    assert "By source" in text
    assert "IoU over clicks" in text
    assert "Over time" not in text
    assert sum(name == "img" for name, _ in check_harmless(page).tags) == 2


def test_files_that_are_gone_leave_a_line(tmp_path: Path) -> None:
    one = video_record(tmp_path / "set")
    shutil.rmtree(tmp_path / "set")
    text = text_of(report_page(find(one)))
    assert "No pictures:" in text
    assert "is not there any more" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(name: str) -> None:
    def made(word: str) -> Reader:
        items = [
            item(word, word, 0.2, source=word, frames=frames([0.1] * 12)),
            item("b", word, 0.4, source="b", frames=frames([0.9] * 12)),
        ]
        told = {"model": word, "data": word, "command": word, "machine": word, "protocol": {word: word}}
        return check_harmless(
            report_page(find(record(items, figures={"jf": 0.3, word: 0.1}, curves={word: ((0, 1), (1, 0))}, **told)))
        )

    assert [tag for tag, _ in made(name).tags] == [tag for tag, _ in made("name").tags]


def test_records_without_objects_or_frames_have_a_report_too() -> None:
    assert "The record has no single objects" in text_of(report_page(find(record([], figures={"jf": 0.5}))))
    one = replace(record([item("a")]), figures={})
    assert "How to repeat it" in text_of(report_page(find(one)))


def test_large_records_stay_a_page_that_opens() -> None:
    items = [item(f"v{k}", n, 0.5, frames=frames([0.5] * 30)) for k in range(200) for n in range(8)]
    page = report_page(find(record(items)))
    assert len(page) < 1_500_000
    text = text_of(page)
    assert "1540 more objects are in the record" in text
    assert "1000 of 1600 objects" in text


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_report(record([item("a")]), tmp_path / "file" / "report.html")


def test_findings_as_json_agree_with_the_page(tmp_path: Path) -> None:
    found = find(video_record(tmp_path, VIDEOS))
    told = found.as_json()
    assert told["main_figure"] == "jf"
    assert told["worst"][0]["sequence"] == "is lost"
    assert sum(kind["frames"] for kind in told["frames"]) == 6 * len(VIDEOS)
    assert told["figures"]["jf"]["interval"]["sequences"] == len(VIDEOS)
    assert told["findings"] == list(found.sentences)
