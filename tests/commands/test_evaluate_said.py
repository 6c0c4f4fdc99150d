"""Tables of evaluations as they are printed."""

from __future__ import annotations

from masklet.commands.evaluate_said import transfer_lines, transfer_table
from tests.evaluate.records import item, record


def test_transfer_has_a_row_per_data_set_and_means_over_sets() -> None:
    records = [
        record([item("a"), item("b")], data="sets/street", protocol={"given": "1 click"}, figures={"jf": 0.5}),
        record([item("a"), item("b")], data="sets/street", protocol={"given": "mask"}, figures={"jf": 0.75}),
        record([item("c")], data="sets/farm", protocol={"given": "mask"}, figures={"jf": 0.25}),
        record([item("d")], kind="images", data="sets/cells", figures={"iou@1": 0.625, "iou@box": 0.875}),
    ]
    assert transfer_table(records) == {
        "street": {"J&F, 1 click": 0.5, "J&F, mask": 0.75},
        "farm": {"J&F, mask": 0.25},
        "cells": {"IoU, 1 click": 0.625, "IoU, box": 0.875},
    }
    rows = [line.strip("│").split("│") for line in transfer_lines(records) if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["street", "2", "50.0", "75.0", "", ""],
        ["farm", "1", "", "25.0", "", ""],
        ["cells", "1", "", "", "62.5", "87.5"],
        ["mean over sets", "", "50.0", "50.0", "62.5", "87.5"],
    ]
