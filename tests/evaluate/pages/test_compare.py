"""The page of a comparison."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from masklet.evaluate.compare import compare_records
from masklet.evaluate.pages.compare import comparison_page, verdict, write_comparison
from tests.evaluate.pages.test_document import HOSTILE, check_harmless
from tests.evaluate.records import item, record, simulated


def text_of(page: str) -> str:
    return " ".join("".join(check_harmless(page).text).split())


def test_a_sure_difference_is_called_so(tmp_path: Path) -> None:
    items, _ = simulated(np.random.default_rng(0), 40)
    better = [item(one.sequence, one.object, one.figures["jf"] + 0.03) for one in items[1:]]
    found = compare_records(record(items), record([*better, item("new")], model="large"))
    write_comparison(found, tmp_path / "compare.html")
    text = text_of((tmp_path / "compare.html").read_text(encoding="utf-8"))
    assert "large against nano" in text
    assert "J&F: higher for large, by 3.0." in text
    assert "+3.0" in text
    assert "Only in nano (1): video0 1" in text
    assert "Only in large (1): new 1" in text
    assert "10 in the middle left out" in text
    assert f"{len(items) - 1} objects: {len(items) - 1} are higher in large, 0 are higher in nano" in text


def test_verdicts() -> None:
    same = [item("a", 1, 0.5), item("b", 1, 0.6)]
    other = [item("a", 1, 0.6), item("b", 1, 0.5)]
    (first, *_) = compare_records(record(same), record(other)).differences
    assert "no sure difference" in verdict(first, "x", "y")
    worse = [item(name, 1, value) for name, value in zip("abcdef", (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), strict=True)]
    down = [item(one.sequence, 1, one.figures["jf"] - 0.05) for one in worse]
    (first, *_) = compare_records(record(worse), record(down)).differences
    assert verdict(first, "x", "y") == "J&F: higher for x, by 5.0."
    (alone, *_) = compare_records(record(same[:1]), record(other[:1])).differences
    assert "one sequence alone" in verdict(alone, "x", "y")


def test_plain_numbers_are_compared_without_a_plot() -> None:
    def clicks(*values: float) -> list[object]:
        return [item(f"v{k}", figures={"noc@85": value}) for k, value in enumerate(values)]

    found = compare_records(record(clicks(3, 4, 5), kind="images"), record(clicks(2, 3, 5), kind="images"))  # type: ignore[arg-type]
    text = text_of(comparison_page(found))
    assert "clicks to an IoU of 85" in text
    assert "−0.667" in text
    assert "are higher in" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_names(name: str) -> None:
    def tags(word: str) -> list[str]:
        a = record([item(word, word, source=word), item("b"), item(word, "gone")], model=word, protocol={word: word})
        b = record([item(word, word, source=word), item("b")], model=f"{word} 2", protocol={word: f"{word} 2"})
        return [tag for tag, _ in check_harmless(comparison_page(compare_records(a, b))).tags]

    assert tags(name) == tags("name")
