"""How many processors this process may use: what it was given, not what the machine has."""

from __future__ import annotations

import os
from math import ceil
from pathlib import Path

CGROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def usable_threads() -> int:
    """The processors that the process may run on, no more than its container's share of time comes to, and no more
    than OMP_NUM_THREADS where that is set, as torch takes it."""
    most = os.environ.get("OMP_NUM_THREADS", "")
    asked = int(most) if most.isdecimal() and int(most) > 0 else _processors()
    share = processor_share()
    return max(1, min(asked, _processors(), _processors() if share is None else ceil(share)))


def processor_share(root: Path = CGROUPS, own: Path = OWN) -> float | None:
    """Processors that the time limits of this process's control groups come to (Linux, versions 1 and 2); None where
    there is no limit. root: where the groups are mounted. own: the file that names this process's."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    limits: list[float] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        # a container sees its own group as the root, whatever the file says of it; every group above limits too
        for part in (Path(path.lstrip("/")), *Path(path.lstrip("/")).parents):
            limit = _limit(root / controllers / part)
            limits += [] if limit is None else [limit]
    return min(limits, default=None)


def _limit(group: Path) -> float | None:
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()
        else:
            quota = (group / "cpu.cfs_quota_us").read_text(encoding="utf-8").strip()
            period = (group / "cpu.cfs_period_us").read_text(encoding="utf-8")
        return float(quota) / float(period) if quota not in ("max", "-1") else None
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
