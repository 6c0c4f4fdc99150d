"""`python -m masklet.export.converting WEIGHTS FOLDER`: the graphs by which OpenVINO runs published weights.

`masklet.runtime.converted` calls it, in a process of its own. They differ from what `masklet export` writes by
`lean.make_lean`, a part of its own for objects of which nothing is said, and a check of two frames.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

from masklet.errors import InputError
from masklet.model.checkpoint import CheckpointError, load_network
from masklet.model.network import Network
from masklet.runtime.converted import BEGUN, CANNOT, MADE, NO_WEIGHTS, WATCHED
from masklet.runtime.exported import ExportedRuntime
from masklet.runtime.manifest import Manifest
from masklet.runtime.torch import TorchRuntime

from .check import check_parts
from .clip import draw_clip
from .exporting import CheckFailed, Order, UnfitError, build_manifest, check_network, write_manifest, write_part
from .folder import describe_files, whole_folder
from .graphs import need
from .lean import make_lean
from .parts import build_parts

TARGET = "openvino"
PATIENCE = 5.0  # seconds that are left for removing what is half made


def convert_network(
    network: Network, name: str, folder: Path, tell: Callable[[int, int], None] = lambda made, total: None
) -> Manifest:
    """Writes the folder of a network's graphs, with its weights, whole or not at all, once they agree with torch.

    The network becomes lean. tell: hears after each part how many are made and how many there will be, the check among
    them. Raises ModelError for a network that no graph can stand for and a library that is not
    installed, OutputError when the folder cannot be written, `CheckFailed`.
    """
    need("onnx", "onnxscript", TARGET)
    reference = TorchRuntime(network, "cpu", "float32")  # a copy
    check_network(reference)
    make_lean(network)
    with whole_folder(folder) as temporary:
        parts = build_parts(network, {}, unprompted=True)
        specs = {}
        tell(0, len(parts) + 1)
        for part in parts:
            specs[part.name] = write_part(part, temporary, TARGET, frozenset())
            tell(len(specs), len(parts) + 1)
        order = Order(name, TARGET, (), "", {})
        manifest = build_manifest(order, reference, {}, specs, describe_files(temporary))
        write_manifest(temporary, manifest)
        checked = check_parts(reference, ExportedRuntime(temporary), draw_clip(2), "drawn by masklet", quick=True)
        if not checked.good:
            raise CheckFailed(checked)
        tell(len(parts) + 1, len(parts) + 1)
        manifest = replace(manifest, check=checked.as_json())
        write_manifest(temporary, manifest)
    return manifest


def main(arguments: Sequence[str] | None = None) -> int:
    """0; or a line on standard error and NO_WEIGHTS, CANNOT where trying again would end the same, else 2.

    arguments: the weights and the folder; with WATCHED behind them, it ends when standard input does.
    """
    given, to, *more = arguments or sys.argv[1:]
    weights, folder = Path(given), Path(to)
    if WATCHED in more:
        _end_with_standard_input()
    try:
        network = load_network(weights)
        print(BEGUN, flush=True)
        convert_network(network, weights.name, folder, lambda made, total: print(MADE, made, total, flush=True))
    except (CheckpointError, CheckFailed, InputError) as problem:
        print(problem, file=sys.stderr)
        if isinstance(problem, CheckpointError):
            return NO_WEIGHTS
        return CANNOT if isinstance(problem, CheckFailed | UnfitError) else 2
    return 0


def _end_with_standard_input() -> None:
    """Let this process end, and remove what it has half made, once whoever started it is gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    with suppress(OSError):
        while os.read(0, 1):  # not sys.stdin: a thread that waits in it would stand in the way of the interpreter's end
            pass
    os.kill(os.getpid(), signal.SIGTERM)  # the main thread leaves its folder
    time.sleep(PATIENCE)
    os._exit(2)


if __name__ == "__main__":
    sys.exit(main())
