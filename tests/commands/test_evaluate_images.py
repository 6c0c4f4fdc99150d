"""`masklet evaluate images`: IoU by clicks, from boxes, by source; with a page, masks are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_pictures_get_figures_by_clicks_and_a_page_with_their_masks(run: Run, pictures: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "images", pictures, "--clicks", 3, "--report", "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    assert "NoC@90" in ended.out
    record = read_record(tmp_path / "out/images.json")
    assert record.command == f"masklet evaluate images {pictures} --clicks 3 --model nano"
    assert [x for x, _ in record.curves["iou over clicks"]] == [1, 2, 3]
    assert {one.source for one in record.items} == {"a", "b"}
    assert record.figures["iou@box"] > 0.6
    assert list((tmp_path / "out/masks/images").rglob("*.png"))
    assert "<img " in (tmp_path / "out/images.html").read_text(encoding="utf-8")


def test_clicks_alone(run: Run, pictures: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "images", pictures, "--clicks", 1, "--no-box", "--limit", 1, "--out", "out", *ONE)
    assert ended.code == 0, ended.err
    record = read_record(tmp_path / "out/images.json")
    assert "iou@1" in record.figures and "iou@box" not in record.figures
    assert (record.protocol["box"], record.protocol["evaluated"]) == (False, 1)
