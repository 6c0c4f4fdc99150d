"""The processors that a process may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from masklet.runtime import threads
from masklet.runtime.threads import processor_share, usable_threads


def test_the_threads_are_no_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert usable_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert usable_threads() >= 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes are not bound to processors here")
def test_the_threads_are_no_more_than_the_processors_it_is_bound_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "processor_share", lambda: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 5, 7})
    assert usable_threads() == 3


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1), (1.5, 2), (2.0, 2), (64.0, 8), (None, 8)])
def test_a_share_of_time_is_rounded_up_to_threads(
    share: float | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(threads, "processor_share", lambda: share)
    monkeypatch.setattr(threads, "_processors", lambda: 8)
    assert usable_threads() == expected


def test_the_tightest_group_above_counts(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/outer/inner\n")
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    (tmp_path / "outer" / "inner" / "cpu.max").write_text("max 100000\n")
    assert processor_share(tmp_path, tmp_path / "own") is None
    (tmp_path / "outer" / "cpu.max").write_text("150000 100000\n")
    assert processor_share(tmp_path, tmp_path / "own") == 1.5
    (tmp_path / "outer" / "inner" / "cpu.max").write_text("50000 100000\n")
    assert processor_share(tmp_path, tmp_path / "own") == 0.5


def test_groups_of_the_first_version(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("3:memory:/a\n2:cpu,cpuacct:/a\n")
    group = tmp_path / "cpu,cpuacct" / "a"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("-1\n")
    (group / "cpu.cfs_period_us").write_text("100000\n")
    assert processor_share(tmp_path, tmp_path / "own") is None
    (group / "cpu.cfs_quota_us").write_text("300000\n")
    assert processor_share(tmp_path, tmp_path / "own") == 3


def test_no_groups_are_no_limit(tmp_path: Path) -> None:
    assert processor_share(tmp_path, tmp_path / "missing") is None
