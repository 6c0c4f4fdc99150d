"""Work on what users upload, in processes that are bounded in memory, disk and time: both ends of such a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from masklet.errors import InputError

_LINE = 300  # signs of a problem


def bound_process(memory: int, file_bytes: int = 0) -> None:
    """Bound this process's address space and the files that it writes, in bytes, where the platform can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ask_process(module: str, words: list[str], seconds: float, what: str) -> dict[str, Any]:
    """What `python -m module words…` answers with `answer`. what: is read, in the words of a problem ("the masks").

    Raises InputError, one line, for a problem that is told, and when the process takes longer or its bounds end it.
    """
    command = [sys.executable, "-m", module, *words]
    try:
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False)
        told: dict[str, Any] = json.loads(ran.stdout)
    except subprocess.TimeoutExpired:
        raise InputError(f"{what} cannot be read in the time that is allowed here: try less of it") from None
    except ValueError:
        raise InputError(f"{what} cannot be read: the file is broken, or needs too much memory") from None
    if "problem" in told:
        raise InputError(str(told["problem"]))
    return told


def answer(work: Callable[[], dict[str, Any]], what: str, secret: str) -> None:
    """Print what the work gives, or its problem, as one JSON object. secret: the file's path, which is not told."""
    try:
        told = work()
    except InputError as problem:
        told = {"problem": " ".join(str(problem).split()).replace(secret, "the file")[:_LINE]}
    except MemoryError:
        told = {"problem": f"{what} needs more memory than is allowed here"}
    print(json.dumps(told))
