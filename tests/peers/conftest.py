"""What the comparisons with other implementations share. They are left out where those are not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.peers.agreement import Agreement

# they lie apart, where no other test finds them (see the Makefile)
INSTALLED = Path(sys.prefix) / "peers"
if INSTALLED.is_dir() and str(INSTALLED) not in sys.path:
    sys.path.append(str(INSTALLED))


@pytest.fixture
def agree(record_property: Any) -> Iterator[Agreement]:
    """Comparisons whose largest differences are printed at the end."""
    kept = Agreement()
    yield kept
    kept.tell(record_property)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The largest differences of every comparison."""
    rows = [
        (report.nodeid.split("::")[-1], dict(report.user_properties), report.duration)
        for report in terminalreporter.stats.get("", [])  # what passed apart from the test itself
        if report.when == "teardown" and report.user_properties
    ]
    if rows:
        terminalreporter.section("largest differences")
    for name, found, _ in sorted(rows):
        words = "  ".join(f"{kind} {found[kind]:.1e}" for kind in ("logits", "scores") if kind in found)
        terminalreporter.write_line(f"{name:<70} {words}")


def _complete_torchvision() -> None:
    """Its wheels hold no operators for a PyTorch without CUDA: declares those that its import asks for.

    Suppression is the only one that is called; it is given here in a few lines, for the CPU.
    """
    if hasattr(torch.ops.torchvision, "nms"):
        return
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", _suppress, "CPU")
    globals()["_library"] = library  # it unregisters what it defined when it is collected
    if find_spec("torchvision"):
        import torchvision.extension

        torchvision.extension._has_ops = lambda: True


def _suppress(boxes_N4: torch.Tensor, scores_N: torch.Tensor, threshold: float) -> torch.Tensor:
    waiting = scores_N.argsort(descending=True, stable=True)
    areas_N = (boxes_N4[:, 2:] - boxes_N4[:, :2]).prod(1)
    kept = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        kept.append(best)
        low = torch.maximum(boxes_N4[best, :2], boxes_N4[waiting, :2])
        high = torch.minimum(boxes_N4[best, 2:], boxes_N4[waiting, 2:])
        shared = (high - low).clamp(min=0).prod(1)
        ious = shared / (areas_N[best] + areas_N[waiting] - shared)
        waiting = waiting[~(ious > threshold)]  # boxes without an area are never anyone's double
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.long)


_complete_torchvision()
