"""Tables of a model card, and sheets of the worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.errors import InputError
from masklet.evaluate.card import card, worst_sheet
from masklet.evaluate.findings import find
from tests.evaluate.pages.drawn_record import picture_record, video_record
from tests.evaluate.records import item, record


def test_records_of_one_set_stand_side_by_side_with_their_commands() -> None:
    clicks = record([item(f"v{k}", jf=0.5 + 0.02 * k) for k in range(6)], command="masklet evaluate vos set --given 1")
    masks = record(
        [item(f"v{k}", jf=0.8) for k in range(6)],
        command="masklet evaluate vos set --given mask",
        protocol={"given": "mask"},
    )
    lines = card([find(clicks), find(masks)]).splitlines()
    assert lines[0] == "### set: 6 objects in 6 sequences"
    assert "    masklet evaluate vos set --given 1" in lines
    assert "    masklet evaluate vos set --given mask" in lines
    assert "| figure, 95 % interval | 1 click | mask |" in lines
    assert "|---|---:|---:|" in [line.replace(" ", "") for line in lines]
    (jf,) = [line for line in lines if line.startswith("| J&F |")]
    assert jf.startswith("| J&F | 55.0 (5")
    assert jf.endswith("| 80.0 (80.0 to 80.0) |")


def test_sources_and_sizes_have_tables(tmp_path: Path) -> None:
    text = card([find(picture_record(tmp_path))])
    assert "| source | objects | IoU, 1 click | IoU, 3 clicks |" in text
    assert "| x | 2 | 75.0 | 100.0 |" in text
    assert "| object size | objects |" in text
    (first,) = [line for line in text.splitlines() if line.startswith("| IoU, 1 click |")]
    assert first.endswith(" to 75.0, few) |")
    assert "| large (3 to 15 %) | 4 | 75.0 (75.0 to 75.0, few) | 100.0 (100.0 to 100.0, few) |" in text


def test_a_name_does_not_break_a_table() -> None:
    items = [item(f"v{k}", source=name) for k, name in enumerate(["a|b", "c\nd", "<b>"])]
    text = card([find(record(items))])
    assert "| a\\|b |" in text
    assert "| c d |" in text
    assert "| &lt;b> |" in text


def test_the_worst_are_drawn_with_the_worst_on_top(tmp_path: Path) -> None:
    sheet = worst_sheet(find(video_record(tmp_path / "videos", ("good", "drifts", "is lost"))), columns=6, width=120)
    # Three rows of six, 120x80 with a caption of 20 pixels each, 4 pixels apart.
    assert sheet.shape == (3 * 104 - 4, 6 * 124 - 4, 3)
    assert np.ptp(sheet.astype(int), axis=2).max() > 60
    stills = worst_sheet(find(picture_record(tmp_path / "pictures")), columns=2, width=120)
    assert stills.shape == (90 + 20, 2 * 124 - 4, 3)


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(InputError, match="the worst cannot be drawn: the record does not say where"):
        worst_sheet(find(record([item("a", jf=0.1)])))
