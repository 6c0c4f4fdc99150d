"""`masklet evaluate everything`: recall of all objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from masklet.evaluate.record import read_record
from tests.commands.conftest import Ended

Run = Callable[..., Ended]
ONE = ("--workers", 1)


def test_average_recall_of_proposals(run: Run, pictures: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "everything", pictures, "--limit", 1, "--out", "out", *ONE, "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["figures"]["recall50@100"] > 0.3
    record = read_record(tmp_path / "out/everything.json")
    assert (record.kind, dict(record.figures)) == ("everything", told["figures"])
    assert told["objects"] == len(record.items) > 0
