"""Charts: points lie where their numbers say, and every chart tells its numbers in words."""

from __future__ import annotations

import re

import pytest

from masklet.evaluate.breakdown import error_kinds
from masklet.evaluate.pages.charts import bar, error_bars, line_chart, time_chart
from masklet.evaluate.pages.document import Element
from tests.evaluate.records import frames, item


def lines_of(chart: Element) -> list[list[tuple[float, float]]]:
    """The corners of each line, in the chart's pixels."""
    found = []
    for path in chart.iter("path"):
        if str(path.get("class")).startswith("line") and path.get("d") != "M0 6H28":
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", str(path.get("d")))]
            found.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return found


def label_of(chart: Element) -> str:
    return next(str(one.get("aria-label")) for one in chart.iter("svg") if one.get("role") == "img")


def test_a_line_goes_through_its_points() -> None:
    chart = line_chart("Told", [("one", [(0, 0.0), (5, 0.5), (10, 1.0)])], across="x", up="y")
    ((left, bottom), (middle, half), (right, top)) = lines_of(chart)[0]
    assert left < middle < right
    assert middle == pytest.approx((left + right) / 2)
    assert half == pytest.approx((bottom + top) / 2)
    assert bottom > top, "y grows upward"
    assert label_of(chart) == "Told. one: first 0.0 at 0, lowest 0.0 at 0, highest 100.0 at 10, last 100.0 at 10"


def test_the_name_of_the_y_axis_lies_above_all_lines() -> None:
    chart = line_chart("Told", [("one", [(0, 1.0), (10, 1.0)])], across="x", up="per cent")
    (name,) = [one for one in chart.iter("text") if one.text == "per cent"]
    assert float(str(name.get("y"))) < min(y for _, y in lines_of(chart)[0]) - 4


def test_several_lines_share_axes_and_have_a_key() -> None:
    chart = line_chart(
        "Told", [("one", [(0, 2.0), (4, 3.0)]), ("two", [(2, 6.0), (4, 1.0)])], across="", up="", top=None
    )
    first, second = lines_of(chart)
    assert first[1][0] == second[1][0]
    assert second[0][1] < first[1][1] < second[1][1]
    assert [one.text or "".join(one.itertext()) for one in chart.iter("li")] == ["one", "two"]


@pytest.mark.parametrize("points", [[], [(1.0, 0.5)], [(2.0, 0.0), (2.0, 0.0)]])
def test_little_or_flat_data_has_a_chart_too(points: list[tuple[float, float]]) -> None:
    for top in (1.0, None):
        chart = line_chart("Told", [("one", points)], across="", up="", top=top)
        assert all(abs(x) < 1e4 and abs(y) < 1e4 for line in lines_of(chart) for x, y in line)


def test_presence_errors_are_blocks_at_their_frames() -> None:
    seen = {2: (False, True), 3: (False, True), 6: (True, False), 8: (False, False)}
    chart = time_chart("a", frames([0.5] * 10, seen))
    blocks = {str(one.get("class")): float(str(one.get("width"))) for one in chart.iter("rect")}
    assert set(blocks) == {"track", "f3", "f1", "good"}
    assert blocks["f3"] == pytest.approx(2 * blocks["f1"], rel=0.02)
    assert blocks["f1"] == pytest.approx(blocks["track"] / 9, rel=0.02)
    assert "frames with a false mask: 2, without a mask that should be there: 1" in label_of(chart)
    assert "mean J 50.0" in label_of(chart)


def test_the_parts_of_a_bar_fill_it() -> None:
    kinds = error_kinds([item("a", frames=frames([0.9, 0.7, 0.3, 0.05]))])
    widths = [float(str(one.get("width"))) for one in error_bars(kinds).iter("rect") if one.get("height") == "20"]
    assert sum(widths) == pytest.approx(2 * 360, abs=0.1)


def test_a_small_bar_stays_in_its_cell() -> None:
    for value, low, high in ((0.0, 0.0, 0.1), (1.0, 0.9, 1.0), (2.0, -1.0, 3.0)):
        for one in bar(value, low, high, said="x").iter("rect"):
            assert 0 <= float(str(one.get("x"))) <= float(str(one.get("x"))) + float(str(one.get("width"))) <= 121


def test_frames_are_whole_numbers_and_fractions_stay() -> None:
    plot = time_chart("a", frames([0.5] * 90))
    assert [text.text for text in plot.iter("text")][-4:] == ["0", "44", "89", "frame"]
    chart = line_chart("J", [("J", [(0.05, 0.1), (0.95, 0.2)])], across="share", up="")
    assert [text.text for text in chart.iter("text")][-4:] == ["0.05", "0.5", "0.95", "share"]
