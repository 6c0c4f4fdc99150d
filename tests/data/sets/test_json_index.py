"""Parts of large JSON files, against the whole read at once."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masklet.data.sets import json_index
from masklet.data.sets.coco_index import CocoIndex
from masklet.data.sets.issues import DataError, Issues
from masklet.data.sets.json_index import JsonParts, read_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=5), values, max_size=5),
    st.sampled_from([None, 1, 3]),
    st.booleans(),
    st.sampled_from([8, 64, 1 << 18]),
)
def test_the_parts_are_the_whole(data: dict[str, Any], indent: int | None, ascii: bool, chunk: int) -> None:
    before, json_index._CHUNK = json_index._CHUNK, chunk
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "a.json"
            try:
                path.write_text(json.dumps(data, indent=indent, ensure_ascii=ascii), encoding="utf-8")
            except UnicodeEncodeError:  # a lone surrogate has no UTF-8
                path.write_text(json.dumps(data, indent=indent), encoding="utf-8")
            with JsonParts(path) as parts:
                found: dict[str, Any] = {key: value for key, value in data.items() if value in ([], {})}
                for part in parts.parts():
                    assert parts.load(part.start, part.stop) == part.value
                    if part.key == "" and not isinstance(data[part.member], dict):
                        found[part.member] = part.value
                    elif isinstance(part.key, int):
                        found.setdefault(part.member, []).append(part.value)
                    else:
                        found.setdefault(part.member, {})[part.key] = part.value
                assert found == data
                assert parts.seen == list(data)
    finally:
        json_index._CHUNK = before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": [1, 2', "line 1: broken JSON: "),
        ('{"a": [1,\n2,\n{"b" 3}]}', "line 3: broken JSON: "),
        ('["a"]', "line 1: broken JSON: '{' was expected, not '\\['"),
        ('{"a": [1 2]}', "',' was expected"),
        ("\n\n", "line 3: broken JSON: the file ends too early"),
    ],
)
def test_where_it_breaks_is_told(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said), JsonParts(path) as parts:
        list(parts.parts())
    if not text.startswith("["):
        with pytest.raises(DataError, match=r"a\.json, line \d: broken JSON"):
            read_json(path)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": [1]}')
    with JsonParts(path) as parts:
        assert [part.value for part in parts.parts()] == [1]
    assert read_json(path) == {"a": [1]}


def test_opening_a_large_json_holds_little_of_it(tmp_path: Path) -> None:
    outline = [[round(1 + j * 0.37, 2) for j in range(60)]]
    images = [{"id": i, "file_name": f"{i}.jpg", "height": 9, "width": 9} for i in range(100)]
    rows = [{"id": i, "image_id": i % 100, "category_id": 1, "segmentation": outline} for i in range(12_000)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"images": images, "annotations": rows, "categories": [{"id": 1, "name": "dog"}]}))
    del rows
    tracemalloc.start()
    try:
        index = CocoIndex(path, Issues(strict=True))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 5_000_000
    assert peak < 3_000_000
    assert [index.load(span[1:])["id"] for span in index.annotations.of(7)][:3] == [7, 107, 207]
