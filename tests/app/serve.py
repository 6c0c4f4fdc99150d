"""`masklet` with the small drawn-clip network in place of a trained one; everything else is real.

MASKLET_TEST_PAUSE: seconds that each frame takes, so that a test can interrupt.
"""

from __future__ import annotations

import signal
import sys

import masklet.runtime
from masklet.cli import main
from tests.commands.run_drawn import load_drawn

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    masklet.runtime.load_runtime = load_drawn
    sys.exit(main(["app", *sys.argv[1:]]))
