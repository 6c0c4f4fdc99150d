"""The suite: which clips it has, and how objects are given on them."""

from dataclasses import replace

import pytest

from masklet.data.synthetic.clip import SyntheticClip
from masklet.data.synthetic.conditions import PRESETS
from masklet.data.synthetic.drawn import DRAWN
from masklet.errors import InputError
from masklet.evaluate.stress import LIMITS, Limit, Suite, clip_of, limits_named, run_stress
from tests.evaluate.stress_fakes import knows, streams

SMALL = Suite(limits_named(["exits", "cuts", "crowd"]), clips=2, size=(54, 72), quick=True)


@pytest.mark.parametrize(("given", "said"), [("mask", ["mask"]), ("box", ["box"]), (3, ["points"] * 3)])
def test_objects_are_given_as_asked(given, said: list[str]) -> None:
    suite = replace(SMALL, limits=LIMITS[:1], given=given, clips=1)
    open_stream = streams(suite, knows)
    run_stress(open_stream, suite, DRAWN)
    assert [what for name, what in open_stream.opened[0].said if name == "1"] == said


def test_clips_are_the_evaluations_own_and_of_one_number_alike() -> None:
    ours, theirs = (clip_of(SMALL, limit, 1, DRAWN).draw(0) for limit in (LIMITS[0], limits_named(["exits"])[1]))
    assert (ours.picture == theirs.picture).all()
    training = SyntheticClip(PRESETS["easy"], DRAWN, SMALL.seed, 1, frames=40, size=SMALL.size)
    assert not (training.draw(0).picture == ours.picture).all()


def test_every_limit_does_what_it_says_in_both_suites() -> None:
    for limit in LIMITS:
        if limit.subject is None:
            continue
        for quick in (False, True):
            clip = clip_of(replace(SMALL, quick=quick, size=(48, 64)), limit, 0, DRAWN)
            first, last = clip.draw(0), clip.draw(len(clip) - 1)
            assert first.mask(limit.subject).any() and last.mask(limit.subject).any()
            seen = [t for t in range(len(clip) - 12, len(clip)) if clip.draw(t).mask(limit.subject).any()]
            assert len(seen) >= 8  # time enough to be found again


def test_what_cannot_be_run_is_one_line() -> None:
    with pytest.raises(InputError, match="'fog' is no limit; there are easy, cuts"):
        limits_named(["fog"])
    with pytest.raises(InputError, match="at least 1 clip"):
        run_stress(streams(SMALL, knows), replace(SMALL, clips=0), DRAWN)
    with pytest.raises(InputError, match="given by"):
        run_stress(streams(SMALL, knows), replace(SMALL, given=0), DRAWN)


def test_limits_are_presets() -> None:
    assert all(isinstance(limit, Limit) and limit.says for limit in LIMITS)
    assert set(PRESETS) - {limit.name for limit in LIMITS} == {"mixed"}
