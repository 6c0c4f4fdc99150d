"""Where a model fails, on records whose failures are known."""

from __future__ import annotations

import pytest

from masklet.evaluate.breakdown import (
    along_the_track,
    by_size,
    by_source,
    error_kinds,
    lost_from,
    sequences_by_value,
)
from tests.evaluate.records import frames, item, record


def test_frames_are_counted_by_what_went_wrong() -> None:
    wrong = item(
        "a",
        frames=frames([0.9, 0.7, 0.3, 0.05, 0.0, 0.0, 1.0], {4: (True, False), 5: (False, True), 6: (False, False)}),
    )
    kinds = {kind.name: (kind.frames, round(kind.lost, 6)) for kind in error_kinds([wrong])}
    missing = 0.1 + 0.3 + 0.7 + 0.95 + 1 + 1
    assert kinds == {
        "false alarm": (1, round(1 / missing, 6)),
        "missed": (1, round(1 / missing, 6)),
        "elsewhere": (1, round(0.95 / missing, 6)),
        "half": (1, round(0.7 / missing, 6)),
        "rough": (1, round(0.3 / missing, 6)),
        "good": (2, round(0.1 / missing, 6)),
    }


def test_perfect_frames_lose_nothing_and_no_frames_have_no_kinds() -> None:
    assert sum(kind.lost for kind in error_kinds([item("a", frames=frames([1.0, 1.0]))])) == 0
    assert error_kinds([item("a")]) == ()


def test_lost_for_good_is_where_it_is_never_found_again() -> None:
    def lost(js: list[float], visible: dict[int, tuple[bool, bool]] | None = None) -> int | None:
        return lost_from(item("a", frames=frames(js, visible)))

    assert lost([0.9, 0.0, 0.9, 0.0, 0.05, 0.0]) == 3
    assert lost([0.9, 0.0, 0.0]) is None, "two frames are no proof"
    assert lost([0.9, 0.0, 0.0, 0.0, 0.5]) is None
    assert lost([0.0] * 4) == 0
    # Out of sight it cannot be found, and finding nothing there is no loss.
    assert lost([0.9, 1.0, 1.0, 1.0], dict.fromkeys((1, 2, 3), (False, False))) is None
    assert lost([0.9, 0.0, 1.0, 0.0, 0.0], {2: (False, False)}) == 1


def test_sources_are_rows_with_the_worst_first() -> None:
    found = by_source(
        record([item("a", jf=0.9, source="x"), item("b", jf=0.2, source="y"), item("c", jf=0.4, source="y")]),
        ["jf", "j"],
    )
    assert [(row.name, row.interval.items, row.interval.value) for row in found] == [
        ("y", 2, pytest.approx(0.3)),
        ("x", 1, 0.9),
    ]
    assert {name: one.value for name, one in found[0].intervals.items()} == {
        "jf": pytest.approx(0.3),
        "j": pytest.approx(0.3),
    }
    assert by_source(record([item("a", source="x")]), ["jf"]) == ()


def test_sizes_are_rows_from_small_to_large() -> None:
    items = [item(name, jf=value) for name, value in zip("abcde", (0.9, 0.1, 0.5, 0.7, 0.3), strict=True)]
    rows = by_size(items, [0.2, 0.001, 0.01, 0.1, None], ["jf"])
    assert [(row.name.split(" (")[0], row.interval.value) for row in rows] == [
        ("small", 0.1),
        ("medium", 0.5),
        ("large", 0.7),
        ("very large", 0.9),
    ]


def test_sequences_are_ranked_by_the_mean_of_their_objects() -> None:
    ranked = sequences_by_value(record([item("a", 1, 0.9), item("a", 2, 0.1), item("b", 1, 0.4)]), "jf")
    assert [(one.name, one.value) for one in ranked] == [(("", "b"), 0.4), (("", "a"), 0.5)]


def test_tracks_of_any_length_count_alike_along_the_way() -> None:
    short, long = item("a", frames=frames([1.0] * 10)), item("b", frames=frames([1.0] * 50 + [0.0] * 50))
    along = along_the_track([short, long, item("c", frames=frames([0.0]))])
    assert [round(y, 6) for _, y in along] == [1.0] * 5 + [0.5] * 5
    assert along[0][0] == 5
    assert along_the_track([item("c")]) == ()
