"""Findings in words: what is plain in the data is said, and nothing else."""

from __future__ import annotations

from masklet.evaluate.findings import find
from tests.evaluate.records import frames, item, record


def said(*items: object, **changed: object) -> str:
    return " ".join(find(record(items, **changed)).sentences)  # type: ignore[arg-type]


def test_one_failure_among_good_ones_is_named() -> None:
    good = [item(f"v{k}", jf=0.9, frames=frames([0.9] * 10)) for k in range(9)]
    text = said(*good, item("bad", 4, 0.0, frames=frames([0.9] + [0.0] * 9)))
    assert "Worst sequences by J&F: bad (0.0), v0 (90.0), v1 (90.0). Best: v8 (90.0)." in text
    assert "Half of all that is missing lies in 1 of 10 sequences." in text
    assert "1 of 10 objects are lost for good: bad 4 from frame 1." in text
    assert "Most is lost to “elsewhere”" in text


def test_sources_and_sizes_are_told_by_their_worst_and_best() -> None:
    items = [
        item("a", source="x", figures={"jf": 0.2, "size": 0.001}),
        item("b", source="y", figures={"jf": 0.8, "size": 0.3}),
    ]
    text = said(*items)
    assert "By source: worst on x (20.0, objects: 1), best on y (80.0, objects: 1)." in text
    assert "By object size: worst on small (below 0.3 % of the picture) (20.0" in text
    assert "By limit" not in said(*items, kind="stress")  # test_stress_costs has what is said there


def test_what_falls_along_the_track_is_told() -> None:
    falling = [item(f"v{k}", frames=frames([0.9] * 10 + [0.4] * 10)) for k in range(2)]
    assert "J falls along the track: 90.0 in its first tenth, 40.0 in its last." in said(*falling)
    assert "falls" not in said(*(item(f"v{k}", frames=frames([0.9] * 20)) for k in range(2)))


def test_perfect_results_have_no_failures_to_tell() -> None:
    text = said(*(item(f"v{k}", jf=1.0, frames=frames([1.0] * 20)) for k in range(3)))
    assert "Half of all" not in text
    assert "lost" not in text


def test_pictures_are_called_pictures() -> None:
    items = [item("a.jpg", figures={"iou@1": 0.5}), item("b.jpg", figures={"iou@1": 0.7})]
    assert "Worst pictures by IoU, 1 click: a.jpg (50.0)" in said(*items, kind="images")
