"""`masklet` with the small drawn-clip network in place of a trained one, in a process of its own.

Everything but the network is real. MASKLET_TEST_PAUSE: seconds that each frame takes, so that a test can interrupt.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import masklet.runtime
from masklet.cli import main
from tests.session.fake_runtime import FakeRuntime


class PausingRuntime(FakeRuntime):
    def see(self, picture: Any) -> Any:
        time.sleep(float(os.environ.get("MASKLET_TEST_PAUSE", "0")))
        return super().see(picture)


def load_drawn(model: str = "nano", device: str = "auto", precision: str = "auto", **_: Any) -> FakeRuntime:
    return PausingRuntime()


if __name__ == "__main__":
    # a shell's background job ignores Ctrl-C, and hands that on to its children
    signal.signal(signal.SIGINT, signal.default_int_handler)
    masklet.runtime.load_runtime = load_drawn
    sys.exit(main())
