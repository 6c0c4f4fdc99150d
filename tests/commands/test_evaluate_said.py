"""Tables of evaluations as they are printed."""

from __future__ import annotations

from masklet.commands.evaluate_said import effort_lines, transfer_lines, transfer_table
from masklet.evaluate.record import Record
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


def effort(system: str, js: list[float]) -> Record:
    """A record of an interactive run: 3 clicks and 8 s a round."""
    points = [(3.0 * k, 8.0 * k, jf) for k, jf in enumerate(js, 1)]
    curves = {
        "jf over rounds": tuple((float(k), jf) for k, jf in enumerate(js, 1)),
        "jf over clicks": tuple((clicks, jf) for clicks, _, jf in points),
        "jf over seconds": tuple((seconds, jf) for _, seconds, jf in points),
    }
    figures = {"jf": js[-1], "clicks": points[-1][0]}
    for target in (75, 80, 85, 90):
        if reached := [point for point in points if point[2] >= target / 100]:
            figures |= {f"clicks_to_jf{target}": reached[0][0], f"seconds_to_jf{target}": reached[0][1]}
    protocol = {"mode": "offline", "system": system, "clicks": 3, "rounds": 8}
    return record([item("a")], kind="interactive", protocol=protocol, figures=figures, curves=curves)


def test_interactions_are_counted_and_compared_also_where_no_target_is_reached() -> None:
    lines = effort_lines([effort("full", [0.6, 0.7, 0.76]), effort("propagate", [0.4, 0.5, 0.6, 0.65])])
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert rows == [
        ["offline, full", "60.0", "70.0", "76.0", "", "76.0"],
        ["offline, propagate", "40.0", "50.0", "60.0", "65.0", "65.0"],
        ["offline, full", "9.0 (24 s)", "> 9.0", "> 9.0", "> 9.0"],
        ["offline, propagate", "> 12.0", "> 12.0", "> 12.0", "> 12.0"],
    ]
    assert lines[-5:-3] == ["seconds: an annotator's; >: not reached with so many clicks", ""]
    assert lines[-3:] == [
        "offline, full against propagate:",
        "  J&F 75: 9.0 clicks per object instead of more than 12.0: more than 1.3x fewer",
        "  J&F 65.0, the best that both reach: 6.0 clicks and 16 s per object instead of 12.0 and 32 s: 2.0x fewer",
    ]
