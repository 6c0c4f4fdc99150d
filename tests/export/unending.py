"""`masklet.export.converting` in a process of its own, where making graphs begins and never ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from masklet.export import converting
from masklet.export.folder import whole_folder


def convert(network: Any, name: str, folder: Path, tell: Callable[[int, int], None]) -> None:
    with whole_folder(folder) as half:
        (half / "see.xml").touch()
        tell(1, 7)
        time.sleep(300)


if __name__ == "__main__":
    converting.convert_network = convert  # type: ignore[assignment]
    sys.exit(converting.main([word for word in sys.argv[1:] if word not in ("-m", "masklet.export.converting")]))
