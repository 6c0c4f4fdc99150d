"""The protocols over sets on disk, as jobs: alone, in processes, and scored again from the masks they kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from masklet.data.sets.layouts import open_set
from masklet.evaluate.interactive import Settings
from masklet.evaluate.jobs import EverythingJob, ImagesJob, InteractiveJob, PredictionsJob, VosJob
from masklet.evaluate.parts import Outcome, part_from_json, work_out
from masklet.evaluate.summary import over_objects
from tests.data.drawn import picture_folder
from tests.evaluate.drawn import write_clips
from tests.evaluate.fakes import load_colours


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
