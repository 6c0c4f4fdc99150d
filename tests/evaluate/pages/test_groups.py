"""The page of groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.evaluate.attributes import read_attributes
from masklet.evaluate.groups import GroupReport, compare_groups
from masklet.evaluate.pages.groups import groups_page
from tests.evaluate.pages.test_document import HOSTILE, check_harmless
from tests.evaluate.records import record, simulated


def compared(folder: Path, name: str, other: str = "b") -> GroupReport:
    items, groups = simulated(np.random.default_rng(0), 20, {"a": 0.3, "b": 0.0})
    named = {"a": name, "b": other}
    told = dict(zip((one.sequence for one in items), groups, strict=True))
    text = "\n".join(["sequence\tlight", *(f"{sequence}\t{named[group]}" for sequence, group in told.items())])
    (folder / "people.csv").write_text(text, encoding="utf-8")
    return compare_groups([("J&F", record(items), "jf")], read_attributes(folder / "people.csv"), draws=199)


def test_the_page_has_the_table_and_the_verdict(tmp_path: Path) -> None:
    text = " ".join("".join(check_harmless(groups_page(compared(tmp_path, "day", "night"), ["jf"])).text).split())
    assert "light, J&F: day above night by" in text
    assert "more than chance" in text
    assert "Gaps tested: 1; 199 permutations" in text


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.isprintable() and '"' not in name])
def test_hostile_groups_stay_names(tmp_path: Path, name: str) -> None:
    plain = check_harmless(groups_page(compared(tmp_path, "name"), ["jf"]))
    hostile = check_harmless(groups_page(compared(tmp_path, name), ["jf"]))
    assert [tag for tag, _ in plain.tags] == [tag for tag, _ in hostile.tags]


def test_records_stand_side_by_side_in_one_table(tmp_path: Path) -> None:
    items, groups = simulated(np.random.default_rng(0), 20, {"a": 0.3, "b": 0.0})
    told = dict(zip((one.sequence for one in items), groups, strict=True))
    lines = ["sequence,light", *(f"{sequence},{group}" for sequence, group in told.items())]
    (tmp_path / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = [("1 click", record(items), "jf"), ("mask", record(items[:30]), "jf")]
    found = compare_groups(columns, read_attributes(tmp_path / "people.csv"), draws=99)
    page = groups_page(found, ["jf", "jf"])
    assert page.count("<table>") == 1
    text = " ".join("".join(check_harmless(page).text).split())
    assert "group1 clickmask" in text  # objects are not as many in both: each column tells its own
    for cell in found.cells:
        for one in cell.groups:
            assert f"; {one.interval.items} in {one.interval.sequences}" in text
            assert f"{100 * one.interval.value:.1f}" in text
        assert cell.gap is not None and f"p {cell.gap.p_corrected:.2g}, corrected" in text
    assert "largest gap" in text
