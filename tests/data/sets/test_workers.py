"""Work shared out to processes: results in order, and no process outlives the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from masklet.data.sets.workers import over


def offset_by(order: int) -> int:
    return order


def added(offset: int, number: int) -> int:
    if number < 0:
        raise ValueError("no negative ones")
    return offset + number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_errors_through(workers: int) -> None:
    assert list(over(offset_by, 10, added, range(9), workers)) == list(range(10, 19))
    with pytest.raises(ValueError, match="no negative ones"):
        list(over(offset_by, 10, added, [1, -1, 2], workers))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "from masklet.data.sets.workers import over\n"
        "from tests.data.sets.test_workers import wait, write_number\n"
        "if __name__ == '__main__':\n"
        f"    list(over(write_number, {str(tmp_path)!r}, wait, range(2), 2))\n"
    )
    here = Path(__file__).parents[3]
    path = os.pathsep.join([str(here), str(here / "src"), os.environ.get("PYTHONPATH", "")])
    parent = subprocess.Popen([sys.executable, script], env={**os.environ, "PYTHONPATH": path})
    try:
        wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == 2 or parent.poll() is not None)
        numbers = [int(one.stem) for one in tmp_path.glob("*.pid")]
        assert len(numbers) == 2
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_until(lambda: not any(map(is_there, numbers)))
    finally:
        parent.kill()


def write_number(folder: str) -> None:
    (Path(folder) / f"{os.getpid()}.pid").touch()


def wait(_: None, number: int) -> int:
    time.sleep(60)
    return number


def is_there(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 50
    while not holds():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.05)
