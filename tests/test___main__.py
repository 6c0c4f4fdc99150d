"""`python -m masklet`."""

from __future__ import annotations

import subprocess
import sys

import masklet


def test_it_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "masklet", "--version"], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"masklet {masklet.__version__}\n", "")
