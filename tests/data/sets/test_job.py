"""A conversion on its way: what is kept, who may go on with it, and what is left of one that never began."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.data.sets.job import Job, lay_into, mark_of, staging
from masklet.errors import OutputError


def test_what_was_begun_goes_on_with_the_same_order_alone(tmp_path: Path) -> None:
    with Job(tmp_path / "set", {"to": "coco"}) as job:
        job.begin()
        job.keep({"items": 2})
    with Job(tmp_path / "set", {"to": "coco"}) as job:
        assert job.kept() == {"items": 2}
    with pytest.raises(OutputError, match="the beginning of another conversion"), Job(tmp_path / "set", {"to": "sav"}):
        pass


def test_two_do_not_mix(tmp_path: Path) -> None:
    with Job(tmp_path, {}), pytest.raises(OutputError, match="another conversion is writing there"), Job(tmp_path, {}):
        pass
    with Job(tmp_path, {}):  # let go of at the end
        pass


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="holds something already"), Job(tmp_path, {}):
        pass
    with pytest.raises(OutputError, match="a file is in the way"), Job(tmp_path / "file", {}):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_one_that_has_not_begun_leaves_nothing(tmp_path: Path) -> None:
    with Job(tmp_path / "new", {}) as job:
        job.give_up()
    assert not (tmp_path / "new").exists()
    with Job(tmp_path / "begun", {}) as job:
        job.begin()
        job.give_up()
    assert (tmp_path / "begun").exists()


def test_done_items_are_known_and_their_records_come_in_order(tmp_path: Path) -> None:
    with Job(tmp_path, {}) as job:
        for number in (1, 0):
            mark_of(tmp_path, number).parent.mkdir(parents=True, exist_ok=True)
            mark_of(tmp_path, number).write_text(f'{{"records": [{{"name": "{number}"}}]}}')
        assert [job.is_done(number) for number in range(3)] == [True, True, False]
        records = job.records(2)
        assert [list(records), list(records)] == [[{"name": "0"}, {"name": "1"}]] * 2
        job.finish()
    assert not list(tmp_path.iterdir())


def test_an_items_files_are_laid_over_those_before(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1").write_text("old")
    part = staging(tmp_path, 7)
    (part / "a").mkdir()
    (part / "a" / "1").write_text("new")
    (part / "a" / "2").write_text("more")
    lay_into(part, tmp_path)
    assert [(tmp_path / "a" / name).read_text() for name in "12"] == ["new", "more"]
    assert not part.exists()
    (staging(tmp_path, 7) / "left over").touch()
    assert not list(staging(tmp_path, 7).iterdir())  # of a run that was killed
