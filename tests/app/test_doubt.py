"""Where to look."""

from __future__ import annotations

from masklet.app.doubt import doubt, look_here
from masklet.app.history import Shown


def shown(score: float, presence: float = 1.0, step: int = 1) -> Shown:
    return Shown("", score, presence, step, 0)


def test_sure_frames_give_no_doubt_present_or_not() -> None:
    assert doubt(shown(1.0, 1.0)) == 0
    assert doubt(shown(0.1, 0.0)) == 0
    assert doubt(shown(0.9, 0.5)) == 1
    assert doubt(shown(0.3, 1.0)) > doubt(shown(0.8, 1.0))


def test_the_worst_frames_come_first_apart_from_each_other_and_from_prompts() -> None:
    frames = {frame: shown(0.95) for frame in range(60)}
    frames[0] = shown(0.2, step=0)
    frames |= {3: shown(0.3), 20: shown(0.4), 22: shown(0.35), 40: shown(0.5), 50: shown(0.6)}
    assert look_here(frames, 5) == [22, 40, 50]
    assert look_here(frames, 2) == [22, 40]
    assert look_here({}, 5) == []
