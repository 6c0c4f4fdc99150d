"""Histograms as a picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from masklet.data.sets.charts import draw_stats
from masklet.data.sets.stats import Histogram, Stats
from masklet.media.overlay import COLOURS, Colour
from masklet.values import Picture

END = float("inf")
PICTURES = Stats(
    kind="pictures", layout="coco", items=6, frames=6, annotated_frames=6, seconds=None, objects=9, masks=9,
    disappear=None, mean_size=0.1, below_tenth=0.5, mean_duration=None, duration_unit="frames",
    sizes=Histogram((0.0, 0.5, 1.0), (8, 2)), durations=Histogram((0.0, END), (0,)),
    per_item=Histogram((0.0, 1.0, 3.0, END), (0, 5, 1)), buckets={"small": 9, "medium": 0, "large": 0},
    resolutions=tuple(((640 + n, 480), 9) for n in range(9)), categories=(),
)  # fmt: skip
PANEL = 460, 760


def bars(panel: Picture, colour: Colour) -> list[int]:
    """The height in pixels of each bar, from left to right."""
    heights = (panel == colour).all(axis=2).sum(axis=0)
    there = np.flatnonzero(heights)
    groups = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    return [int(heights[group].max()) for group in groups if len(group)]


def test_a_bar_is_as_high_as_its_share_of_the_highest() -> None:
    first, second = bars(draw_stats(PICTURES)[: PANEL[0], : PANEL[1]], COLOURS[0])
    assert 300 < first < PANEL[0] and abs(second / first - 2 / 8) < 0.02


def test_where_nothing_is_no_bar_stands() -> None:
    drawn = draw_stats(PICTURES)
    assert len(bars(drawn[: PANEL[0], PANEL[1] :], COLOURS[2])) == 2  # of three bins, one is empty
    assert len(bars(drawn[PANEL[0] :, PANEL[1] :], COLOURS[1])) == 1


def test_rare_resolutions_are_gathered() -> None:
    heights = bars(draw_stats(PICTURES)[PANEL[0] :, : PANEL[1]], COLOURS[5])
    assert len(heights) == 8  # seven of their own, and the others
    assert heights[-1] == max(heights) and abs(heights[0] / heights[-1] - 9 / 18) < 0.02


def test_videos_have_durations_in_place_of_areas() -> None:
    videos = replace(PICTURES, kind="videos", durations=Histogram((0.0, 2.0, END), (4, 4)))
    drawn = draw_stats(videos)
    assert len(bars(drawn[: PANEL[0], PANEL[1] :], COLOURS[1])) == 2
    assert drawn.shape == draw_stats(PICTURES).shape == (2 * PANEL[0], 2 * PANEL[1], 3)
    assert drawn.dtype == np.uint8


@pytest.mark.parametrize("counts", [(1, 0), (0, 71), (7, 700), (10**9, 1)])
def test_a_bar_of_anything_can_be_seen(counts: tuple[int, int]) -> None:
    drawn = draw_stats(replace(PICTURES, sizes=Histogram((0.0, 0.5, 1.0), counts)))
    assert len(bars(drawn[: PANEL[0], : PANEL[1]], COLOURS[0])) == sum(count > 0 for count in counts)


def test_a_set_without_items_can_be_drawn() -> None:
    none = replace(
        PICTURES, sizes=Histogram((0.0, 1.0), (0,)), per_item=Histogram((0.0, END), (0,)), buckets={}, resolutions=()
    )
    assert draw_stats(none).shape == (2 * PANEL[0], 2 * PANEL[1], 3)
