"""Clip by clip, stopped and resumed: the suite gives what it gives at once."""

from dataclasses import replace
from pathlib import Path

from masklet.data.synthetic.drawn import DRAWN
from masklet.evaluate.parts import work_out
from masklet.evaluate.stress import Suite, limits_named, run_stress
from masklet.evaluate.stress_job import StressJob, clip_named, run_of, worst_clips
from tests.evaluate.stress_fakes import loses, streams

SUITE = Suite(limits_named(["exits"]), clips=2, size=(54, 72), quick=True)


def job(folder: Path, suite: Suite = SUITE) -> StressJob:
    return StressJob(suite, lambda: streams(suite, loses), lambda: DRAWN, "fake", folder / "sheets")


def test_the_parts_make_up_the_run(tmp_path: Path) -> None:
    outcome = work_out(job(tmp_path), tmp_path / "parts")
    at_once = run_stress(streams(SUITE, loses), SUITE, DRAWN)
    run = run_of(SUITE, outcome)
    assert run.objects == at_once.objects and run.frames == at_once.frames == SUITE.total()
    assert sorted(path.name for path in (tmp_path / "sheets").iterdir()) == [f"{n}.png" for n in sorted(outcome.parts)]
    assert set(worst_clips(outcome)) == {"easy", "exits"}
    again = work_out(job(tmp_path), tmp_path / "parts")
    assert again.resumed == 4 and run_of(SUITE, again).objects == run.objects


def test_another_suite_has_parts_of_its_own() -> None:
    here = Path()
    first = job(here).settings()
    for other in (replace(SUITE, seed=1), replace(SUITE, given="box"), replace(SUITE, quick=False)):
        assert job(here, other).settings() != first
    assert job(here).names() == ["easy-0000", "easy-0001", "exits-0000", "exits-0001"]
    assert clip_named("hidden-300-0012")[0].name == "hidden-300" and clip_named("hidden-300-0012")[1] == 12
