"""The suite tells streams with known mistakes apart by exactly these mistakes."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from masklet.data.synthetic.clip import SyntheticClip
from masklet.data.synthetic.conditions import PRESETS
from masklet.data.synthetic.drawn import DRAWN
from masklet.errors import InputError
from masklet.evaluate.record import read_record
from masklet.evaluate.stress import LIMITS, Limit, Suite, clip_of, follow_clip, limits_named, run_stress
from masklet.evaluate.stress_report import LimitFigures, StressReport, report_stress, stress_lines, stress_record
from masklet.evaluate.stress_sheets import ClipSheet
from tests.evaluate.stress_fakes import Behaviour, confuses, knows, loses, stays, streams

SMALL = Suite(limits_named(["exits", "cuts", "crowd"]), clips=2, size=(54, 72), quick=True)


@cache
def run(behaviour: Behaviour) -> StressReport:
    return report_stress(run_stress(streams(SMALL, behaviour), SMALL, DRAWN))


def of(report: StressReport, name: str) -> LimitFigures:
    return next(one for one in report.limits if one.limit.name == name)


def test_who_knows_all_pays_nothing() -> None:
    report = run(knows)
    assert report.limits[0].limit.name == "easy"
    for one in report.limits:
        assert one.jf == 1.0 and one.others == 0 and one.switches == 0
        assert one.cost is None or one.cost.value == 0
    exits = of(report, "exits")
    assert exits.objects == 2 and exits.returns >= 2 and exits.absent > 20
    assert exits.found == 1.0 and exits.delay == 0 and exits.false_masks == 0
    assert of(report, "cuts").returns == 8  # two cuts, two objects, two clips
    assert report.presence_auc == 1.0
    assert report.iou_error == exits.iou_error == pytest.approx(0.1)
    assert of(report, "easy").presence_auc is None  # nothing comes and goes there


def test_who_loses_what_leaves_pays_for_exits_alone() -> None:
    report = run(loses)
    exits = of(report, "exits")
    assert exits.found == 0 and exits.delay is None and exits.false_masks == 0
    assert exits.cost.value > 0.2 and report.limits[1] is exits
    assert of(report, "cuts").cost.value == 0


def test_who_stays_shows_masks_of_what_is_gone() -> None:
    report = run(stays)
    assert of(report, "exits").false_masks == 1.0
    assert report.presence_auc == 0.5
    assert of(report, "cuts").found < 0.8 and of(report, "easy").jf < 1


def test_who_confuses_objects_is_told() -> None:
    crowd = of(run(confuses), "crowd")
    assert crowd.others == pytest.approx(2 / 6 * 49 / 59, abs=0.06)
    assert crowd.switches == pytest.approx(2 / 6, abs=0.1)


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


def test_the_record_holds_all_and_reads_back(tmp_path: Path) -> None:
    report = run(loses)
    record = stress_record(report, model="m", materials="drawn", command="c", machine="x", seconds=1.0)
    record.write(tmp_path / "stress.json")
    assert read_record(tmp_path / "stress.json") == record
    assert record.kind == "stress" and record.figures["found@exits"] == 0
    assert {item.source for item in record.items} == {"easy", "exits", "cuts", "crowd"}
    assert {item.object for item in record.items if item.source == "exits"} == {1}
    assert record.figures["jf@crowd"] == 1.0


def test_the_table_has_a_row_for_each_limit() -> None:
    lines = stress_lines(run(loses))
    assert len(lines) == 7 and [line.split()[0] for line in lines[1:3]] == ["easy", "exits"]
    assert "0.0 of" in lines[2] and lines[-1].startswith("predicted IoU is off by")


def test_a_clip_is_drawn_with_its_answers_and_its_truth() -> None:
    exits = limits_named(["exits"])[1]
    sheet = ClipSheet(SMALL.length(exits), exits.subject)
    stream = streams(replace(SMALL, limits=(exits,)), loses)()
    follow_clip(stream, SMALL, exits, 0, DRAWN, sheet.look)
    assert sheet.drawn().shape == (2 * 192 + 4, 8 * 256 + 7 * 4, 3)
    assert 0.2 < sheet.iou < 0.9


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
