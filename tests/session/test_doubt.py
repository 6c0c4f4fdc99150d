"""Where to look."""

from __future__ import annotations

from masklet.session.doubt import doubt, look_here


def test_sure_frames_give_no_doubt_present_or_not() -> None:
    assert doubt(1.0, 1.0) == 0
    assert doubt(0.1, 0.0) == 0
    assert doubt(0.9, 0.5) == 1
    assert doubt(0.3, 1.0) > doubt(0.8, 1.0)


def test_the_worst_frames_come_first_apart_from_each_other_and_from_prompts() -> None:
    judged = dict.fromkeys(range(60), (0.95, 1.0))
    judged |= {0: (0.2, 1.0), 3: (0.3, 1.0), 20: (0.4, 1.0), 22: (0.35, 1.0), 40: (0.5, 1.0), 50: (0.6, 1.0)}
    assert look_here(judged, {0}, 5) == [22, 40, 50]
    assert look_here(judged, {0}, 2) == [22, 40]
    assert look_here(judged, {0, 47}, 5) == [22]
    assert look_here({}, (), 5) == []
