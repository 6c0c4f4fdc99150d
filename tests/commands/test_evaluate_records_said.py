"""What groups, reports and comparisons print."""

from __future__ import annotations

from masklet.commands.evaluate_records_said import comparison_json, comparison_lines, report_lines, table
from masklet.evaluate.compare import compare_records
from masklet.evaluate.findings import find
from tests.evaluate.records import item, record


def test_names_stay_as_they_are_in_tables() -> None:
    title, _, _, row = table("J&F [bold]", ["name", "J&F"], [["[red]dog", "50.0"]])
    assert (title, row.split("│")) == ("J&F [bold]", ["[red]dog ", " 50.0"])


def test_a_report_says_its_figures_with_intervals_and_then_what_they_mean() -> None:
    lines = report_lines(find(record([item(f"video{k}", jf=0.1 * k) for k in range(10)], figures={"jf": 0.45})))
    assert lines[0] == "nano on set"
    row = next(line for line in lines if line.startswith("J&F"))
    assert "45.0" in row and " to " in row
    assert any("Worst sequences by J&F: video0 (0.0)" in line for line in lines)


def test_a_comparison_names_what_only_one_record_has() -> None:
    first = record([item(name, jf=0.5) for name in "abcdef"])
    second = record([item(name, jf=0.6) for name in "bcdefg"])
    found = compare_records(first, second, draws=200)
    lines = comparison_lines(found, ("before", "after"))
    assert lines[0] == "after less before: 5 objects in 5 sequences"
    assert "+10.0" in next(line for line in lines if line.startswith("J&F"))
    assert any(line.startswith("Only in before, left out: a") for line in lines)
    assert any(line.startswith("Only in after, left out: g") for line in lines)
    told = comparison_json(found)
    assert (told["only_in_first"], told["only_in_second"]) == ([["", "a", "1"]], [["", "g", "1"]])
