"""Streams with known mistakes are told apart by exactly these mistakes."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from masklet.data.synthetic.drawn import DRAWN
from masklet.evaluate.record import read_record
from masklet.evaluate.stress import Suite, limits_named, run_stress
from masklet.evaluate.stress_report import LimitFigures, StressReport, report_stress, stress_lines, stress_record
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


def test_a_quick_run_tells_the_clips_that_it_has() -> None:
    report = run(knows)
    asked = replace(report, run=replace(report.run, suite=replace(SMALL, clips=8)))
    record = stress_record(asked, model="m", materials="drawn", command="c", machine="x", seconds=1.0)
    assert record.protocol["clips"] == 2
