"""Tests of the tables between names."""

import pytest
import torch

from masklet.model.formats.layout import Layout, LayoutError, Rule, pictures_only
from masklet.model.presets import PRESETS

LAYOUT = Layout(
    "theirs",
    "Their files",
    "w",
    (
        Rule(r"a\.(\w+)", r"b.\1"),
        Rule("rows", lambda _: ["row.0", "row.1"]),
        Rule("same", lambda _: ["one", "two"], copies=True),
        Rule("flat", "padded", reshape=lambda shape: (1, *shape)),
    ),
    list,
)
OURS = {"a.weight": (2, 3), "rows": (4, 2), "same": (3,), "flat": (5,)}


def tensors() -> dict[str, torch.Tensor]:
    return {name: torch.randn(shape) for name, shape in OURS.items()}


def test_names_parts_copies_and_shapes_come_back_to_the_bit():
    ours = tensors()
    theirs = LAYOUT.from_ours(ours)
    assert {name: tuple(value.shape) for name, value in theirs.items()} == LAYOUT.shapes(OURS)
    assert LAYOUT.shapes(OURS) == {
        "b.weight": (2, 3),
        "row.0": (2, 2),
        "row.1": (2, 2),
        "one": (3,),
        "two": (3,),
        "padded": (1, 5),
    }
    back = LAYOUT.to_ours(theirs, OURS)
    assert all(torch.equal(back[name], value) for name, value in ours.items())


def test_one_of_several_copies_is_enough_and_they_must_agree():
    theirs = LAYOUT.from_ours(tensors())
    alone = {name: value for name, value in theirs.items() if name != "one"}
    assert LAYOUT.faults({name: tuple(value.shape) for name, value in alone.items()}, OURS) == []
    assert torch.equal(LAYOUT.to_ours(alone, OURS)["same"], theirs["two"])
    with pytest.raises(LayoutError, match="one and two should hold the same numbers and do not"):
        LAYOUT.to_ours(theirs | {"two": theirs["two"] + 1}, OURS)


def test_faults_tell_what_is_missing_first():
    found = LAYOUT.shapes(OURS) | {"more": (1,), "padded": (5,)}
    del found["row.1"]
    assert LAYOUT.faults(found, OURS) == ["lacks row.1", "has the unknown more", "padded is (5,), not (1, 5)"]
    with pytest.raises(LayoutError, match="Their files has no place for strange"):
        LAYOUT.pieces({"strange": (1,)})


def test_numbers_of_another_count_are_refused():
    theirs = LAYOUT.from_ours(tensors()) | {"padded": torch.zeros(7)}
    with pytest.raises(LayoutError, match=r"padded is \(7,\), not \(1, 5\)"):
        LAYOUT.to_ours(theirs, OURS)
    del theirs["row.0"]
    with pytest.raises(LayoutError, match=r"lacks row\.0"):
        LAYOUT.to_ours(theirs, OURS)


def test_pictures_only_takes_the_memory_away():
    assert pictures_only(PRESETS["sam2.1-tiny"]).memory is None
