"""The machine that figures come from: without it they say little."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """processor: its name. cores: that the system counts. usable_cores: those that this process may run on.
    system: its name and release. python: the interpreter's version."""

    processor: str
    cores: int
    usable_cores: int
    system: str
    python: str


def this_machine() -> Machine:
    """The machine that this process runs on."""
    cores = os.cpu_count() or 1
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # neither macOS nor Windows knows it
        usable = cores
    system = f"{platform.system()} {platform.machine()}"
    return Machine(_processor(Path("/proc/cpuinfo")), cores, usable, system, platform.python_version())


def _processor(listing: Path) -> str:
    """The processor's name, as Linux's listing has it or Python knows it."""
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
