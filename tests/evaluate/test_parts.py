"""Evaluation in parts: the same figures however the work is shared and however it is stopped."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from masklet.data.sets.layouts import open_set
from masklet.errors import InputError
from masklet.evaluate.interactive import Settings
from masklet.evaluate.jobs import EverythingJob, ImagesJob, InteractiveJob, PredictionsJob, VosJob
from masklet.evaluate.parts import Outcome, Part, Work, part_from_json, work_out
from masklet.evaluate.record import Item
from masklet.evaluate.summary import over_objects
from tests.data.drawn import picture_folder
from tests.evaluate.drawn import write_clips
from tests.evaluate.fakes import load_colours


@dataclass(frozen=True)
class Halves:
    """A job without a model: figures of names. broken: a name that cannot be evaluated."""

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
            if name == self.broken:
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


def vos_job(folder: Path, **settings: Any) -> VosJob:
    data = write_clips(folder, {"one": 5, "three": 7, "two": 4})
    names = tuple(open_set(data).names())
    return VosJob(data, None, names, load_colours, "colours", **{"given": 1, "rule": "davis", **settings})


def figures_of(outcome: Outcome) -> str:
    """All figures to the last digit."""
    return json.dumps([[part.as_json()["items"], part.more] for part in outcome.parts.values()])


def test_two_processes_give_the_same_to_the_last_digit(tmp_path: Path) -> None:
    job = vos_job(tmp_path / "set")
    alone = work_out(job, tmp_path / "alone")
    shared = work_out(job, tmp_path / "shared", workers=2)
    assert figures_of(shared) == figures_of(alone)
    assert over_objects(alone.items)["jf"] > 0.7
    assert [one.sequence for one in alone.items] == ["one", "one", "three", "three", "two", "two"]


@pytest.mark.slow
def test_ray_gives_the_same_to_the_last_digit(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="ray is not installed")
    job = vos_job(tmp_path / "set")
    alone = work_out(job, tmp_path / "alone")
    root = str(Path(__file__).resolve().parents[2])
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": root}})
    try:
        shared = work_out(job, tmp_path / "shared", workers=2, engine="ray")
    finally:
        ray.shutdown()
    assert figures_of(shared) == figures_of(alone)


def test_without_ray_the_extra_is_named(job: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'masklet\[ray\]'"):
        work_out(job, tmp_path / "parts", engine="ray")


def test_every_job_gives_parts_that_go_through_json(tmp_path: Path) -> None:
    clips = write_clips(tmp_path / "clips", {"walk": 5})
    pictures = picture_folder(tmp_path / "pictures", 2)
    vos = VosJob(clips, None, ("walk",), load_colours, "c", "box", "davis", save=("indexed", tmp_path / "masks"))
    loaded = load_colours, "c"
    names = tuple(open_set(pictures).names())[:1]
    jobs: list[Any] = [
        vos,
        PredictionsJob(clips, None, ("walk",), tmp_path / "masks", "davis"),
        InteractiveJob(clips, None, ("walk",), *loaded, "davis", Settings(rounds=2), "propagate"),
        ImagesJob(pictures, None, names, *loaded, 2),
        EverythingJob(pictures, None, names, *loaded),
    ]
    for job in jobs:
        (name,) = job.names()
        part = job.start()(name)
        assert part.items, job
        assert part_from_json(json.loads(json.dumps(part.as_json()))) == part


def test_masks_written_and_scored_give_the_figures_of_the_run(tmp_path: Path) -> None:
    job = vos_job(tmp_path / "set", given="mask")
    for form in ("indexed", "objects", "json"):
        saving = replace(job, save=(form, tmp_path / form))  # type: ignore[arg-type]
        ran = work_out(saving, tmp_path / f"run-{form}")
        read = PredictionsJob(job.folder, None, job.taken, tmp_path / form, "davis")
        scored = work_out(read, tmp_path / f"scored-{form}")
        for one, other in zip(ran.items, scored.items, strict=True):
            assert other.frames == one.frames, form
            assert other.predictions == one.predictions == tmp_path / form


def test_a_sequence_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    job = vos_job(tmp_path / "set")
    (tmp_path / "set/JPEGImages/three/00000.png").write_bytes(b"nothing")
    found = work_out(job, tmp_path / "parts")
    assert list(found.failed) == ["three"]
    assert "00000.png" in found.failed["three"]
    broken = tmp_path / "set/Annotations/two/00002.png"
    broken.write_bytes(broken.read_bytes()[:-30])
    again = work_out(job, tmp_path / "parts2")
    assert any("00002.png" in issue for issue in again.parts["two"].issues)


def test_an_evaluation_that_was_left_before_anything_was_done_does_not_stand_in_the_way(
    job: Halves, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="a: is broken"):
        work_out(replace(job, taken=("a",), broken="a"), tmp_path / "parts")
    assert list(work_out(job, tmp_path / "parts").parts) == ["a", "bb", "c/cc"]
