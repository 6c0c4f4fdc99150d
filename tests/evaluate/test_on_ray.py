"""Work shared out over a Ray cluster."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from masklet.errors import InputError
from masklet.evaluate.parts import work_out
from tests.evaluate.test_jobs import figures_of, vos_job


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


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'masklet\[ray\]'"):
        work_out(vos_job(tmp_path / "set"), tmp_path / "parts", engine="ray")
