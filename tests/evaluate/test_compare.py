"""Two records, object by object."""

from __future__ import annotations

import numpy as np
import pytest

from masklet.errors import InputError
from masklet.evaluate.compare import compare_records, said
from masklet.evaluate.record import Item
from tests.evaluate.records import item, record, simulated


def test_a_small_difference_is_sure_when_it_is_everywhere() -> None:
    items, _ = simulated(np.random.default_rng(0), 20, spread=0.2)
    better = [item(one.sequence, one.object, one.figures["jf"] + 0.02) for one in items]
    found = compare_records(record(items), record(better, model="other"))
    by_name = {one.figure: one for one in found.differences}
    assert list(by_name) == ["jf", "j", "f"]
    jf = by_name["jf"]
    assert jf.difference.value == pytest.approx(0.02)
    assert jf.second - jf.first == pytest.approx(0.02)
    assert jf.difference.low == pytest.approx(0.02)
    assert (jf.probability, jf.sure) == (1.0, True)
    assert found.only_first == found.only_second == found.remarks == ()


def test_turned_round_the_difference_turns_its_sign() -> None:
    rng = np.random.default_rng(1)
    a, _ = simulated(rng, 12)
    b = [item(one.sequence, one.object, float(one.figures["jf"] + 0.05 * rng.standard_normal())) for one in a]
    there, back = (compare_records(*pair).differences[0] for pair in ((record(a), record(b)), (record(b), record(a))))
    assert there.difference.value == pytest.approx(-back.difference.value)
    assert there.difference.low == pytest.approx(-(back.difference.high or 0))
    assert there.probability == pytest.approx(1 - (back.probability or 0))


def test_without_a_difference_the_interval_holds_0_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for seed in range(120):
        a, _ = simulated(rng, 12)
        shifts = {one.sequence: 0.05 * rng.standard_normal() for one in a}
        b = [item(one.sequence, one.object, one.figures["jf"] + shifts[one.sequence]) for one in a]
        found = compare_records(record(a), record(b), draws=400, seed=seed).differences[0]
        held += not found.sure
    assert 0.88 <= held / 120 <= 0.995


def test_what_is_in_one_only_is_named_and_left_out() -> None:
    first = record([item("a", 1, 0.5), item("b", 1, 0.7), item("c", 1, 0.1)])
    second = record([item("b", 1, 0.8), item("a", 1, 0.5), item("a", 2, 0.9)])
    found = compare_records(first, second)
    assert found.only_first == (("", "c", "1"),)
    assert found.only_second == (("", "a", "2"),)
    assert found.differences[0].difference.items == 2
    assert found.differences[0].difference.value == pytest.approx(0.05)
    assert said(found.only_second) == "a 2"
    assert said([("", f"v{k}", "1") for k in range(12)], most=2) == "v0 1, v1 1 and 10 more"


def test_one_sequence_gives_a_difference_without_interval() -> None:
    found = compare_records(record([item("a", 1, 0.5)]), record([item("a", 1, 0.7)])).differences[0]
    assert (found.difference.low, found.probability, found.sure) == (None, None, False)


def test_what_objects_are_like_is_not_compared() -> None:
    sized = record(
        [item("a", figures={"jf": 0.5, "size": 0.1, "area": 100.0}), item("b", figures={"jf": 0.6, "size": 0.2})]
    )
    assert [one.figure for one in compare_records(sized, sized).differences] == ["jf"]


def test_a_probability_counts_ties_half() -> None:
    same = [item(f"v{k}", 1, 0.5) for k in range(4)]
    assert compare_records(record(same), record(same)).differences[0].probability == 0.5


def test_settings_that_differ_are_remarked() -> None:
    items = [item("a"), item("b")]
    other = record(items, protocol={"given": "mask"}, version="0.2.0", data="elsewhere")
    assert compare_records(record(items), other).remarks == (
        "given differs: 1 click and mask",
        "data differs: set and elsewhere",
        "masklet's version differs: 0.1.0 and 0.2.0",
    )


def test_what_cannot_be_compared_is_told() -> None:
    with pytest.raises(InputError, match="vos cannot be compared with images"):
        compare_records(record([item("a")]), record([item("a")], kind="images"))
    with pytest.raises(InputError, match="no object in common"):
        compare_records(record([item("a")]), record([item("b")]))
    with pytest.raises(InputError, match="has a 1 twice"):
        compare_records(record([item("a"), item("a")]), record([item("a")]))


def test_a_model_is_compared_with_masks_of_another_tool() -> None:
    items = [item("a"), item("b")]
    other = record(items, kind="predictions", protocol={})
    assert compare_records(record(items), other).differences
    assert compare_records(other, record(items)).remarks == ("given differs: – and 1 click",)


def test_a_figure_that_some_objects_never_got_is_left_out_and_named() -> None:
    def clicked(name: str, **more: float) -> Item:
        return item(name, figures={"jf": 0.5, **more})

    reached = clicked("a", clicks_to_jf90=4.0), clicked("b", clicks_to_jf90=6.0)
    compared = compare_records(record(reached), record([clicked("a", clicks_to_jf90=3.0), clicked("b")]))
    assert [one.figure for one in compared.differences] == ["jf"]
    (remark,) = compared.remarks
    assert remark.endswith(": left out, 1 of 2 objects have it in both records")
