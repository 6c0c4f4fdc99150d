"""Events are true: each is held against the frames themselves."""

from itertools import pairwise

import numpy as np
import pytest

from masklet.data.synthetic.clip import SyntheticClip, SyntheticFrame
from masklet.data.synthetic.conditions import PRESETS
from masklet.data.synthetic.drawn import DRAWN
from masklet.data.synthetic.events import Chronicle, Event

SIZE = (96, 128)


def told(preset: str, frames: int, seed: int = 0) -> tuple[SyntheticClip, list[SyntheticFrame], tuple[Event, ...]]:
    clip = SyntheticClip(PRESETS[preset], DRAWN, seed, frames=frames, size=SIZE)
    chronicle, seen = Chronicle(clip), []
    for frame in clip:
        chronicle.watch(frame)
        seen.append(frame)
    return clip, seen, chronicle.events()


@pytest.mark.parametrize("preset", ["mixed", "exits", "hidden-30", "crowd"])
@pytest.mark.parametrize("seed", [0, 1])
def test_an_object_is_unseen_exactly_when_an_event_says_so(preset: str, seed: int) -> None:
    clip, frames, events = told(preset, 90, seed)
    for k in clip.numbers:
        unseen = {frame.index for frame in frames if not frame.mask(k).any()}
        said = [e for e in events if e.objects == (k,) and e.what in ("outside", "hidden")]
        assert unseen == {t for e in said for t in range(e.first, e.last + 1)}
        for event in said:
            in_frame = [clip.alone(k, t).any() for t in (event.first, event.last)]
            assert all(in_frame) if event.what == "hidden" else not any(in_frame)


@pytest.mark.parametrize("length", [10, 30, 100])
def test_a_cover_hides_for_as_long_as_the_preset_says(length: int) -> None:
    _, frames, events = told(f"hidden-{length}", length + 60)
    hidden = [e for e in events if e.what == "hidden" and e.objects == (2,)]
    assert hidden and length <= hidden[0].last - hidden[0].first + 1 <= length + 12
    assert frames[0].mask(2).any() and frames[-1].mask(2).any()


def test_an_exit_is_followed_by_a_return() -> None:
    _, frames, events = told("exits", 80)
    out = next(e for e in events if e.what == "outside" and e.objects == (1,))
    assert 10 <= out.last - out.first + 1 <= 46
    assert frames[out.first - 1].mask(1).any() and frames[out.last + 1].mask(1).any()


def test_the_film_is_cut_where_it_is_said() -> None:
    _, frames, events = told("cuts", 60)
    cuts = [e.first for e in events if e.what == "cut"]
    assert len(cuts) == 2
    change = [np.abs(a.picture.astype(int) - b.picture).mean() for a, b in pairwise(frames)]
    assert set(np.argsort(change)[-2:] + 1) == set(cuts)
    assert all(frames[t].objects[1].shift is None for t in cuts)


def test_look_alikes_cross() -> None:
    clip, frames, events = told("crowd", 90)
    assert clip.alike == (1, 2, 3, 4, 5, 6)
    crossings = [e for e in events if e.what == "crossing"]
    assert crossings
    for event in crossings:
        a, b = (frames[event.first].objects[k].centre for k in event.objects)
        assert np.hypot(*np.subtract(a, b)) < 0.2 * SIZE[0]
