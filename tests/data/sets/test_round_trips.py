"""What a format says it holds, it gives back: every field of random sets, written and read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from masklet.data.sets.annotations import DERIVED
from masklet.data.sets.layouts import LAYOUTS
from masklet.data.sets.losses import losses_of
from masklet.data.sets.seam import Layout
from tests.data.sets.drawn_sets import picture_items, read_set, said, video_items, write_set

FOLLOWS = frozenset(DERIVED) | {
    "masklet_size_rel", "masklet_size_abs", "masklet_size_bucket", "masklet_visibility_changes",
    "masklet_first_appeared_frame", "masklet_frame_count", "masklet_edited_frame_count", "masklet_type",
    "id", "neg_category_ids", "not_exhaustive_category_ids",
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(data=st.data())
@settings(max_examples=6, phases=[Phase.generate])
def test_what_a_format_holds_it_gives_back(layout: Layout, data: st.DataObject, frames: Path) -> None:
    holds = layout.holds
    if holds.kind == "videos":
        items = [data.draw(video_items(holds, name, frames)) for name in ("a", "b")]
    else:
        suffix = ".jpg" if layout.name == "sa-1b" else ".png"
        items = [data.draw(picture_items(holds, name, frames, suffix)) for name in ("a", "in/b")]
    assert [loss for item in items for loss in losses_of(item, holds, exact=True) if not loss.note] == []
    with TemporaryDirectory() as folder:
        written = write_set(layout, items, Path(folder) / "set")
        read = read_set(layout, written)
        assert [said(item, FOLLOWS) for item in read] == [said(item, FOLLOWS) for item in items]
