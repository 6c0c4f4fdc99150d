"""Groups: figures with intervals, gaps with their chance, and what is said when there is little to compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.errors import InputError
from masklet.evaluate.attributes import Attributes, read_attributes
from masklet.evaluate.groups import compare_groups, holm
from masklet.evaluate.record import Item
from tests.evaluate.records import item, record, simulated


def attributes(folder: Path, header: str, rows: list[str]) -> Attributes:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_attributes(path)


def of_videos(folder: Path, items: list[Item], groups: list[str]) -> Attributes:
    told = dict(zip((one.sequence for one in items), groups, strict=True))
    return attributes(folder, "sequence,light", [f"{name},{group}" for name, group in told.items()])


def test_a_planted_gap_is_reported_with_its_groups(tmp_path: Path) -> None:
    items, groups = simulated(np.random.default_rng(0), 40, {"day": 0.25, "dusk": 0.2, "night": 0.0})
    found = compare_groups([("J&F", record(items), "jf")], of_videos(tmp_path, items, groups), draws=999)
    (cell,) = found.cells
    assert [one.group for one in cell.groups] == ["day", "dusk", "night"]
    assert cell.gap is not None
    assert cell.gap.worst == "night"
    assert cell.gap.more_than_chance
    assert 0 < cell.gap.low < cell.gap.gap < cell.gap.high
    means = {one.group: one.interval.value for one in cell.groups}
    assert cell.gap.gap == pytest.approx(max(means.values()) - means["night"])
    assert found.tested == 1


def test_without_a_gap_none_is_reported(tmp_path: Path) -> None:
    items, groups = simulated(np.random.default_rng(1), 30)
    found = compare_groups([("J&F", record(items), "jf")], of_videos(tmp_path, items, groups), draws=499)
    assert found.cells[0].gap is not None
    assert not found.cells[0].gap.more_than_chance


def test_several_attributes_and_columns_are_corrected_together(tmp_path: Path) -> None:
    """The chance that any of 6 gaps is called real when none is stays near 5 %, which without Holm would be 26 %."""
    rng = np.random.default_rng(2)
    alarms = plain = 0
    for seed in range(40):
        items, _ = simulated(rng, 16)
        names = list(dict.fromkeys(one.sequence for one in items))
        rows = [",".join([name, *rng.choice(["x", "y"], 6)]) for name in names]
        told = attributes(tmp_path, "sequence,a,b,c,d,e,f", rows)
        found = compare_groups([("J&F", record(items), "jf")], told, draws=199, seed=seed, smallest=2)
        gaps = [cell.gap for cell in found.cells if cell.gap]
        assert found.tested == len(gaps) == 6
        alarms += any(gap.more_than_chance for gap in gaps)
        plain += any(gap.p < 0.05 for gap in gaps)
    assert alarms <= 6
    assert plain > alarms


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(chances: list[float]) -> None:
    corrected = holm(chances)
    assert all(p <= c <= min(1.0, len(chances) * p) + 1e-12 for p, c in zip(chances, corrected, strict=True))
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    assert [corrected[i] for i in order] == sorted(corrected)


def test_holm_as_in_a_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_tiny_groups_are_shown_and_not_tested(tmp_path: Path) -> None:
    items = [item(f"v{k}", jf=0.5 + 0.01 * k) for k in range(12)]
    rows = [f"v{k},{'rare' if k == 0 else 'common'}" for k in range(12)]
    found = compare_groups([("J&F", record(items), "jf")], attributes(tmp_path, "sequence,kind", rows))
    (cell,) = found.cells
    assert cell.gap is None
    assert found.tested == 0
    assert {one.group: one.interval.sequences for one in cell.groups} == {"common": 11, "rare": 1}
    assert "kind: not tested, fewer than two groups have 5 sequences" in found.remarks
    assert "kind: few sequences, intervals are a rough guide: rare (1)" in found.remarks


def test_what_the_test_could_not_find_is_told(tmp_path: Path) -> None:
    """One mixed video, and the others are of sizes of their own: the widest gap could have no small p."""
    items = [item("both", 1, 0.9), item("both", 2, 0.1)]
    items += [item(f"v{size}", k, 0.9 if size % 2 else 0.1) for size in range(1, 6) for k in range(size)]
    rows = ["both,1,odd", "both,2,even", *(f"v{size},,{'odd' if size % 2 else 'even'}" for size in range(1, 6))]
    told = attributes(tmp_path, "sequence,object,size", rows)
    found = compare_groups([("J&F", record(items), "jf")], told, smallest=2, draws=199)
    assert found.cells[0].gap is not None
    assert found.cells[0].gap.p > 0.4
    assert "size: so few sequences can be dealt out anew that p is 0.5 or more" in found.remarks
    assert any("88 % of objects keep their group in every deal" in remark for remark in found.remarks)
    items, groups = simulated(np.random.default_rng(0), 12)
    free = compare_groups([("J&F", record(items), "jf")], of_videos(tmp_path, items, groups), draws=199)
    assert free.remarks == ()


def test_one_group_only_is_told(tmp_path: Path) -> None:
    items = [item(f"v{k}") for k in range(6)]
    told = attributes(tmp_path, "sequence,kind", [f"v{k},same" for k in range(6)])
    with pytest.raises(InputError, match=r"'kind' has one group only \('same'\)"):
        compare_groups([("J&F", record(items), "jf")], told)
    mixed = attributes(tmp_path, "sequence,kind,other", [f"v{k},same,{k % 2}" for k in range(6)])
    found = compare_groups([("J&F", record(items), "jf")], mixed, smallest=3, draws=100)
    assert found.tested == 1
    assert "kind: not tested, one group only" in found.remarks


def test_objects_without_an_attribute_are_left_out_and_counted(tmp_path: Path) -> None:
    items = [item(f"v{k}") for k in range(8)]
    told = attributes(tmp_path, "sequence,kind", [f"v{k},{k % 2}" for k in range(6)])
    found = compare_groups([("J&F", record(items), "jf")], told, smallest=2, draws=100)
    assert found.cells[0].unknown == 2
    assert "kind: not known of 2 objects, which are left out" in found.remarks


def test_unknown_sequences_stop_or_are_passed_over(tmp_path: Path) -> None:
    items = [item(f"v{k}", jf=0.1 * k) for k in range(6)]
    told = attributes(tmp_path, "sequence,kind", [f"v{k},{k % 2}" for k in range(7)])
    with pytest.raises(InputError, match=r"'v6' \(line 8\)"):
        compare_groups([("J&F", record(items), "jf")], told)
    found = compare_groups([("J&F", record(items), "jf")], told, skip_unknown=True, smallest=2, draws=100)
    assert [one.interval.items for one in found.cells[0].groups] == [3, 3]
    none = attributes(tmp_path, "sequence,kind", ["x,1", "y,2"])
    with pytest.raises(InputError, match="none of its lines"):
        compare_groups([("J&F", record(items), "jf")], none, skip_unknown=True)


def test_a_figure_that_is_not_there_is_told(tmp_path: Path) -> None:
    items = [item(f"v{k}") for k in range(6)]
    told = attributes(tmp_path, "sequence,kind", [f"v{k},{k % 2}" for k in range(6)])
    with pytest.raises(InputError, match="no figure 'iou@1' of its objects; there are f, j, jf"):
        compare_groups([("IoU", record(items), "iou@1")], told)
