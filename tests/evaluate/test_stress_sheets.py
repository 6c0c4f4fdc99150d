"""Clips as sheets to look at."""

from dataclasses import replace

from masklet.data.synthetic.drawn import DRAWN
from masklet.evaluate.stress import Suite, follow_clip, limits_named
from masklet.evaluate.stress_sheets import ClipSheet
from tests.evaluate.stress_fakes import loses, streams

SMALL = Suite(limits_named(["exits", "cuts", "crowd"]), clips=2, size=(54, 72), quick=True)


def test_a_clip_is_drawn_with_its_answers_and_its_truth() -> None:
    exits = limits_named(["exits"])[1]
    sheet = ClipSheet(SMALL.length(exits), exits.subject)
    stream = streams(replace(SMALL, limits=(exits,)), loses)()
    follow_clip(stream, SMALL, exits, 0, DRAWN, sheet.look)
    assert sheet.drawn().shape == (2 * 192 + 4, 8 * 256 + 7 * 4, 3)
    assert 0.2 < sheet.iou < 0.9
