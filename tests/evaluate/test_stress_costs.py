"""What limits cost, read back from a record: the same as was worked out when it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from masklet.evaluate.findings import find
from masklet.evaluate.record import Record
from masklet.evaluate.stress_costs import limit_costs, limit_sentences
from masklet.evaluate.stress_report import stress_record
from tests.evaluate.stress_fakes import Behaviour, knows, loses, stays
from tests.evaluate.test_stress_report import run


def record_of(behaviour: Behaviour) -> Record:
    return stress_record(run(behaviour), model="m", materials="drawn", command="c", machine="x", seconds=1.0)


@pytest.mark.parametrize("behaviour", [loses, stays])
def test_costs_are_those_of_the_run_the_dearest_first(behaviour: Behaviour) -> None:
    costs = limit_costs(record_of(behaviour))
    known = {one.limit.name: one for one in run(behaviour).limits}
    assert {one.name for one in costs} == set(known) and costs[-1].name == "easy" and costs[-1].cost is None
    values = [one.cost.value for one in costs if one.cost is not None]
    assert values == sorted(values, reverse=True)
    for one in costs:
        assert one.cost == known[one.name].cost
        assert one.figures["jf"] == known[one.name].jf and one.figures.get("found") == known[one.name].found


def test_the_sentences_tell_what_is_dear_and_what_is_lost() -> None:
    lost = list(limit_sentences(record_of(loses)))
    assert lost[0].startswith("What costs most J&F: exits (")
    assert lost[1] == "What costs less than 1 point of J&F, or nothing: cuts and crowd."
    assert lost[2:] == [
        "Least often found again, of all times: exits (0 %).",
        "No mask was shown of what is out of sight.",
    ]
    shows = list(limit_sentences(record_of(stays)))
    assert shows[-1] == "Masks of what is out of sight, on so many of these frames: exits (100 %)."
    assert next(iter(limit_sentences(record_of(knows)))).startswith("What costs less than 1 point")
    assert find(record_of(loses)).sentences[: len(lost)] == tuple(lost)


def test_a_record_without_the_easy_clips_has_no_costs() -> None:
    record = record_of(loses)
    alone = replace(
        record,
        items=tuple(one for one in record.items if one.source != "easy"),
        figures={name: value for name, value in record.figures.items() if not name.endswith("@easy")},
    )
    assert all(one.cost is None for one in limit_costs(alone))
