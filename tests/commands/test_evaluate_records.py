"""`masklet evaluate report|groups|compare`, from records to what people and programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from masklet.evaluate.bootstrap import figure_interval
from masklet.evaluate.record import Record, read_record
from tests.commands.conftest import Ended
from tests.data.drawn import picture_folder
from tests.evaluate.drawn import write_clips
from tests.evaluate.pages.drawn_record import picture_record, video_record
from tests.evaluate.pages.test_document import check_harmless
from tests.evaluate.records import item, record, simulated

Run = Callable[..., Ended]


def written(folder: Path, name: str, one: Record) -> Path:
    one.write(folder / name)
    return folder / name


@pytest.fixture
def people(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two records (1 click, mask) and a CSV of two attributes, of which light makes a gap after 1 click."""
    items, groups = simulated(np.random.default_rng(0), 30, {"day": 0.3, "night": 0.0})
    sure = [item(one.sequence, one.object, 0.9) for one in items]
    light = dict(zip((one.sequence for one in items), groups, strict=True))
    rows = [f"{name},{group},{'left' if k % 2 else 'right'}" for k, (name, group) in enumerate(sorted(light.items()))]
    csv = tmp_path / "people.csv"
    csv.write_text("sequence,light,hand\n" + "\n".join(rows), encoding="utf-8")
    masks = record(sure, protocol={"given": "mask"})
    return written(tmp_path, "click.json", record(items)), written(tmp_path, "mask.json", masks), csv


def test_groups_as_a_table(run: Run, people: tuple[Path, Path, Path]) -> None:
    one, other, csv = people
    ended = run("evaluate", "groups", one, other, "--attributes", csv, "--draws", 999)
    assert ended.code == 0, ended.err
    assert "1 click: J&F" in ended.out
    assert "mask: J&F" in ended.out
    assert "light, 1 click: J&F: day above night by" in ended.out
    assert "more than chance (p 0.001" in ended.out
    assert "4 gaps tested; p corrected for that by Holm; 999 permutations of sequences, seed 0." in ended.out


def test_groups_as_json_and_as_a_page(run: Run, people: tuple[Path, Path, Path], tmp_path: Path) -> None:
    one, _, csv = people
    page = tmp_path / "groups.html"
    ended = run("evaluate", "groups", one, "--attributes", csv, "--json", "--draws", 999, "--out", page)
    told: dict[str, Any] = json.loads(ended.out)
    assert told["tested"] == 2
    cells = {cell["attribute"]: cell for cell in told["cells"]}
    assert cells["light"]["gap"]["more_than_chance"] is True
    assert cells["hand"]["gap"]["more_than_chance"] is False
    assert {group["group"] for group in cells["light"]["groups"]} == {"day", "night"}
    assert all(group["low"] < group["value"] < group["high"] for group in cells["light"]["groups"])
    text = "".join(check_harmless(page.read_text(encoding="utf-8")).text)
    assert "light" in text
    assert "more than chance" in text


def test_a_report_is_a_page_and_json(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "vos.json", video_record(tmp_path / "set"))
    ended = run("evaluate", "report", path, "--out", tmp_path / "page.html", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["outputs"] == {"page": str(tmp_path / "page.html")}
    assert told["worst"][0]["sequence"] == "drifts"
    page = check_harmless((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert sum(name == "img" for name, _ in page.tags) == 12
    said = run("evaluate", "report", path)
    assert "Worst sequences by J&F: drifts" in said.out
    assert "Page: report.html" in said.out
    assert (tmp_path / "report.html").is_file()


def test_a_report_of_pictures(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "images.json", picture_record(tmp_path / "set"))
    assert run("evaluate", "report", path, "--quiet").code == 0
    assert "data:image/jpeg" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_protocols_write_the_report_of_what_they_found(run: Run, tmp_path: Path) -> None:
    clips = write_clips(tmp_path / "sets/clips", {"run": 5, "walk": 6})
    ended = run("evaluate", "vos", clips, "--given", "1", "--out", "out", "--workers", 1, "--report")
    assert ended.code == 0, ended.err
    assert "Page: out/vos-1-click.html" in ended.out
    page = (tmp_path / "out/vos-1-click.html").read_text(encoding="utf-8")
    pictures = [attributes for tag, attributes in check_harmless(page).tags if tag == "img"]
    assert len(pictures) == 3 + 4  # the first and the last frame do not count
    assert all("pixels right" in str(one["alt"]) for one in pictures)
    record = read_record(tmp_path / "out/vos-1-click.json")
    assert all(0 < one.figures["size"] < 1 for one in record.items)
    assert "size" not in record.figures
    assert figure_interval(record, "jf") is not None


def test_pictures_keep_their_masks_for_the_report(run: Run, tmp_path: Path) -> None:
    pictures = picture_folder(tmp_path / "sets/pictures", 2)
    words = ("evaluate", "images", pictures, "--clicks", 2, "--out", "out", "--workers", 1, "--report", "--json")
    ended = run(*words)
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["outputs"]["images-report"] == "out/images.html"
    page = check_harmless((tmp_path / "out/images.html").read_text(encoding="utf-8"))
    drawn = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(drawn) == 2
    assert all("pixels right" in str(one["alt"]) for one in drawn)
    assert "size" not in read_record(tmp_path / "out/images.json").figures


def test_a_comparison_as_a_table_as_json_and_as_a_page(run: Run, people: tuple[Path, Path, Path]) -> None:
    one, other, _ = people
    ended = run("evaluate", "compare", one, other, "--out", "compare.html")
    assert ended.code == 0, ended.err
    assert "mask less 1 click:" in ended.out
    assert "given differs: 1 click and mask" in ended.out
    assert "Page: compare.html" in ended.out
    check_harmless((one.parent / "compare.html").read_text(encoding="utf-8"))
    told = json.loads(run("evaluate", "compare", one, other, "--json").out)
    first = told["figures"][0]
    assert first["figure"] == "jf"
    assert first["difference"]["value"] == pytest.approx(first["second"] - first["first"])
    assert first["difference"]["low"] < first["difference"]["value"] < first["difference"]["high"]
    assert told["only_in_first"] == told["only_in_second"] == []


def test_a_card_is_markdown_with_sheets_of_the_worst(run: Run, tmp_path: Path) -> None:
    videos = written(tmp_path, "vos.json", video_record(tmp_path / "set"))
    pictures = written(tmp_path, "images.json", picture_record(tmp_path / "pictures"))
    ended = run("evaluate", "card", videos, pictures, "--worst", tmp_path / "worst")
    assert ended.code == 0, ended.err
    assert "| figure, 95 % interval | 1 click |" in ended.out
    assert "| source | objects |" in ended.out
    assert sorted(path.name for path in (tmp_path / "worst").iterdir()) == ["images.jpg", "vos.jpg"]
    told = json.loads(run("evaluate", "card", videos, "--json").out)
    assert told["markdown"].startswith("### set")


def test_what_is_wrong_is_one_line_and_code_2(run: Run, people: tuple[Path, Path, Path], tmp_path: Path) -> None:
    one, _, csv = people
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "few.csv").write_text("sequence,light\nnowhere,day\n", encoding="utf-8")
    for words, told in (
        (("report", tmp_path / "none.json"), "no such file"),
        (("report", tmp_path / "broken.json"), "no whole JSON"),
        (("report", one, "--out", "report.pdf"), "ends in .html"),
        (("report", one, "--out", csv / "report.html"), "cannot write"),
        (("groups", one, "--attributes", tmp_path / "none.csv"), "no such file"),
        (("groups", one, "--attributes", tmp_path / "few.csv"), "no sequence 'nowhere' (line 2)"),
        (("groups", one, "--attributes", csv, "--figure", "iou@1"), "no figure 'iou@1'"),
        (("compare", one, one), "with itself"),
        (("compare", one, tmp_path / "broken.json"), "no whole JSON"),
    ):
        ended = run("evaluate", *words)
        assert ended.code == 2, words
        assert told in ended.line
    assert not list(tmp_path.glob(".*.part*"))
