"""Evaluation in parts: the same figures however the work is shared and however it is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from masklet.errors import InputError
from masklet.evaluate.parts import NothingWorkedOut, Part, Work, work_out
from masklet.evaluate.record import Item


@dataclass(frozen=True)
class Halves:
    """A job without a model: figures of names. broken: a name that cannot be evaluated, or "all"."""

    taken: tuple[str, ...]
    diary: Path
    broken: str = ""
    version: int = 1

    def names(self) -> Sequence[str]:
        return self.taken

    def settings(self) -> Mapping[str, Any]:
        return {"version": self.version}

    def stamp(self, name: str) -> str:
        path = self.diary.parent / f"{name}.stamp"
        return path.read_text() if path.is_file() else ""

    def start(self) -> Work:
        def work(name: str) -> Part:
            with self.diary.open("a") as file:
                file.write(f"{name}\n")
            if self.broken in (name, "all"):
                raise InputError(f"{name}: is broken")
            return Part((Item(name, 1, figures={"jf": 1 / (3 + len(name))}),), more={"n": len(name)})

        return work


@pytest.fixture
def job(tmp_path: Path) -> Halves:
    return Halves(("a", "bb", "c/cc"), tmp_path / "diary.txt")


def done(job: Halves) -> list[str]:
    return job.diary.read_text().split() if job.diary.exists() else []


def test_parts_are_worked_out_once_and_read_back(job: Halves, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = work_out(job, tmp_path / "parts", progress=lambda *said: seen.append(said))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [one.sequence for one in first.items] == ["a", "bb", "c/cc"]
    again = work_out(job, tmp_path / "parts")
    assert done(job) == ["a", "bb", "c/cc"]
    assert again == replace(first, resumed=3)


def test_a_broken_or_half_written_part_is_worked_out_anew(job: Halves, tmp_path: Path) -> None:
    first = work_out(job, tmp_path / "parts")
    part = tmp_path / "parts/000001.json"
    part.write_text(part.read_text()[:20])
    assert work_out(job, tmp_path / "parts").parts == first.parts
    assert done(job) == ["a", "bb", "c/cc", "bb"]


def test_files_that_changed_are_looked_at_again(job: Halves, tmp_path: Path) -> None:
    work_out(job, tmp_path / "parts")
    (tmp_path / "a.stamp").write_text("mended")
    work_out(job, tmp_path / "parts")
    assert done(job) == ["a", "bb", "c/cc", "a"]


def test_what_cannot_be_evaluated_is_named_and_tried_again(job: Halves, tmp_path: Path) -> None:
    found = work_out(replace(job, broken="bb"), tmp_path / "parts")
    assert found.failed == {"bb": "bb: is broken"}
    assert list(found.parts) == ["a", "c/cc"]
    mended = work_out(job, tmp_path / "parts")
    assert (mended.failed, list(mended.parts), mended.resumed) == ({}, ["a", "bb", "c/cc"], 2)


def test_nothing_at_all_is_an_error(job: Halves, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a: is broken"):
        work_out(replace(job, taken=("a",), broken="a"), tmp_path / "parts")
    with pytest.raises(NothingWorkedOut, match="none of these 3 could be evaluated: a, bb, c/cc") as raised:
        work_out(replace(job, broken="all"), tmp_path / "parts")
    assert raised.value.failed == {name: f"{name}: is broken" for name in job.taken}
    with pytest.raises(InputError, match="nothing to evaluate"):
        work_out(replace(job, taken=()), tmp_path / "parts")


def test_parts_of_another_evaluation_are_not_mixed_in(job: Halves, tmp_path: Path) -> None:
    work_out(job, tmp_path / "parts")
    with pytest.raises(InputError, match="another version;"):
        work_out(replace(job, version=2), tmp_path / "parts")
    with pytest.raises(InputError, match="another names;"):
        work_out(replace(job, taken=("a",)), tmp_path / "parts")
    (tmp_path / "parts/settings.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        work_out(job, tmp_path / "parts")


def test_an_evaluation_that_was_left_before_anything_was_done_does_not_stand_in_the_way(
    job: Halves, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="a: is broken"):
        work_out(replace(job, taken=("a",), broken="a"), tmp_path / "parts")
    assert list(work_out(job, tmp_path / "parts").parts) == ["a", "bb", "c/cc"]
