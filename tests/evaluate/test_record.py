"""Records go through a file unchanged, and a file that is no whole record says so in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.errors import InputError
from masklet.evaluate.record import FrameFigures, Item, Record, read_record, record_from_json

FRAMES = (FrameFigures(0, 1.0, 1.0, 1.0, True, True), FrameFigures(4, 0.1 + 0.2, 1 / 3, 0.3, True, False))
RECORD = Record(
    kind="vos",
    model="nano",
    data="videos/dev",
    protocol={"given": "1 click", "workers": 2, "skip_ends": True, "threshold": 0.75},
    command="masklet evaluate vos videos/dev --given 1",
    version="0.1.0",
    machine="a processor, 2 cores",
    seconds=12.5,
    figures={"jf": 2 / 3, "clicks": 3},
    curves={"jf over clicks": ((1, 0.5), (2, 0.625))},
    items=(
        Item("dog", 1, "dev", {"jf": 0.1}, FRAMES, Path("frames/dog"), Path("truth/dog"), None),
        Item("cat/é", "left ear", figures={"iou@1": 0.5}),
    ),
)


def test_a_record_goes_through_a_file_unchanged(tmp_path: Path) -> None:
    RECORD.write(tmp_path / "new" / "vos.json")
    assert read_record(tmp_path / "new" / "vos.json") == RECORD


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60)


@given(st.dictionaries(st.text(), numbers), st.dictionaries(st.text(), st.lists(st.tuples(numbers, numbers))))
def test_every_figure_keeps_all_its_digits(figures: dict[str, float], curves: dict[str, list[Any]]) -> None:
    record = replace(RECORD, figures=figures, curves={name: tuple(points) for name, points in curves.items()})
    assert record_from_json(json.loads(json.dumps(record.as_json()))) == record


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"what": "something"}, "no record of an evaluation"),
        ({"format": 99}, "version 99"),
        ({"kind": "guess"}, "'guess'"),
        ({"figures": {"jf": "much"}}, "'figures' must be a number, not 'much'"),
        ({"figures": {"jf": True}}, "'figures' must be a number"),
        ({"items": {}}, "'items' must be a list"),
        ({"items": [1]}, "an item must be an object"),
        ({"items": [{"sequence": "dog"}]}, "'object' is missing"),
        ({"curves": {"jf": [[1]]}}, "points of two numbers"),
        ({"machine": 7}, "'machine' must be text"),
        ({"protocol": {"given": None}}, "'protocol' must be a number"),
    ],
)
def test_another_form_is_told(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(RECORD.as_json() | change))
    with pytest.raises(InputError, match=said) as told:
        read_record(path)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)


def test_rows_of_frames_are_checked() -> None:
    value = RECORD.as_json()
    value["items"][0]["frames"][1] = [4, 0.5]
    with pytest.raises(InputError, match="'frames' must be rows"):
        record_from_json(value)


def test_a_file_that_broke_off_or_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "vos.json"
    with pytest.raises(InputError, match="no such file"):
        read_record(path)
    RECORD.write(path)
    whole = path.read_text()
    path.write_text(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="no whole JSON"):
        read_record(path)
    path.write_text(whole.replace("12.5", "NaN"))
    with pytest.raises(InputError, match="NaN is no number"):
        read_record(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_record(path)
