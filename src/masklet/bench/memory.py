"""How much memory a model needs, measured in a process of its own, where no other model's memory is in the way.

The process loads the model, sees a picture, and does each verb once for one object with its memory full. What is
told is the most that the whole process held, Python and the inference library included.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from masklet.bench.scene import Scene
from masklet.bench.verbs import open_verbs
from masklet.errors import InputError
from masklet.runtime import load_runtime


@dataclass(frozen=True)
class MemoryUse:
    """process: bytes of main memory, None where the system does not tell. device: bytes of the accelerator's own."""

    process: int | None
    device: int | None


def peak_memory(model: str, device: str = "auto", precision: str = "auto", runtime: str = "auto") -> MemoryUse | None:
    """What a model needs at most; None when its process was ended from outside, as for want of memory.

    Raises InputError when the model cannot be loaded.
    """
    command = [sys.executable, "-m", "masklet.bench.memory", model, device, precision, runtime]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise InputError(done.stderr.strip())
    if done.returncode < 0:
        return None
    if done.returncode:
        raise RuntimeError(f"measuring the memory of {model} failed:\n{done.stderr}")
    return MemoryUse(**json.loads(done.stdout))


def use_memory(model: str, device: str, precision: str, runtime: str) -> MemoryUse:
    """What this process holds at most, once it has done everything with the model. Raises InputError."""
    opened = load_runtime(model, device, precision, runtime=runtime)
    for task in open_verbs(opened, Scene()).all():
        task()
    return MemoryUse(most_held(), opened.facts.device_bytes)


def most_held() -> int | None:
    """The most main memory, in bytes, that this process has held so far."""
    status = Path("/proc/self/status")
    if status.is_file():  # not getrusage, which on Linux counts what the process was forked from
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(use_memory(*sys.argv[1:]))))
    except InputError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
