"""The details of a report: where frames were lost, groups of objects, curves."""

from __future__ import annotations

from masklet.evaluate.findings import find
from masklet.evaluate.pages.report_details import row_table, where_it_fails
from tests.evaluate.records import frames, item, record


def test_kinds_of_failure_are_counted() -> None:
    js = [0.9, 0.9, 0.6, 0.3, 0.0, 0.0]
    hidden = {4: (True, False), 5: (False, True)}
    found = find(record([item("a", jf=0.5, frames=frames(js, hidden)), item("b", jf=0.9, frames=frames([0.9] * 6))]))
    (section,) = where_it_fails(found)
    rows = [["".join(cell.itertext()) for cell in row] for row in section.iter("tr")]
    counted = {row[0]: row[2] for row in rows if len(row) == 5}
    assert {name: counted[name] for name in ("false alarm", "missed", "half", "rough", "good")} == {
        "false alarm": "1",
        "missed": "1",
        "half": "1",
        "rough": "1",
        "good": "8",
    }


def test_groups_have_their_figure_interval_and_bar() -> None:
    items = [item(f"{source}/{k}", jf=0.2 + 0.1 * k, source=source) for source in ("street", "farm") for k in range(5)]
    found = find(record(items))
    table = row_table("By source", "source", found.sources, found.figures)
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert rows[0][:4] == ["source", "objects", "J&F", "95 %"]
    assert {row[0]: row[1:3] for row in rows[1:]} == {"street": ["5", "40.0"], "farm": ["5", "40.0"]}
    assert len(list(table.iter("svg"))) == 2
