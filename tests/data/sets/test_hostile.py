"""Files that lie: whatever stands in a JSON, reading tells of it and goes on."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from masklet.data.sets.check import check_set
from masklet.data.sets.issues import Issues
from masklet.data.sets.layouts import layout_named, recognise
from masklet.data.sets.losses import fitted, losses_of
from masklet.data.sets.stats import measure
from masklet.errors import InputError
from tests.data.sets.test_readers import INSTANCES, MADE, MANUAL

FILES = {
    "sav": MANUAL, "coco": INSTANCES, "lvis": INSTANCES, "coco-videos": INSTANCES, "sa-1b": "sa_1.json",
    "youtube-vos": "meta.json", "mose": "meta_train.json", "lvos": "train_meta.json", "plain": "index.jsonl",
}  # fmt: skip
junk = st.sampled_from([None, -1, 0, 3.5, 1e30, "x", "../../etc", "", [], [1], {}, {"a": 1}, True, [[]], [{}]])


def change(draw: Any, value: Any, depth: int = 0) -> Any:
    """Somewhere inside the value something is another thing, or is missing."""
    if isinstance(value, dict) and value and (depth == 0 or draw(st.integers(0, 3))):
        key = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 5)) == 0:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: change(draw, value[key], depth + 1)}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], change(draw, value[place], depth + 1), *value[place + 1 :]]
    return draw(junk)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(max_examples=20, phases=[Phase.generate])
def test_json_of_any_form_is_told_and_never_a_crash(name: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as place:
        folder = MADE[name](Path(place) / "set")
        path = folder / FILES[name]
        lines = {"picture": "a/1.jpg", "objects": 1, "things": {"300": {"name": "x", "category": "y"}}}
        found = lines if name == "plain" else json.loads(path.read_text())
        for _ in range(data.draw(st.integers(1, 2))):
            found = change(data.draw, found)
        path.write_text(json.dumps(found))
        layout = layout_named(name)
        try:
            recognise(folder)
            opened = layout.open(folder, Issues())
            check_set(opened, pixels=False)
            measure(opened)
            for item in filter(None, map(opened.read, opened.names())):
                for other in ("davis-2017", "coco-videos", "plain", "sa-1b"):
                    holds = layout_named(other).holds
                    if holds.kind == opened.kind:
                        list(losses_of(item, holds, exact=False))
                        fitted(item, holds)
            assert all(str(place) in issue.file for issue in opened.issues)
        except InputError as error:
            assert "\n" not in str(error)
