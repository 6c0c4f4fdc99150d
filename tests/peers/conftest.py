"""What the comparisons with other implementations share. They are left out where those are not installed."""

from __future__ import annotations

from importlib.util import find_spec

import torch


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
        waiting = waiting[shared / (areas_N[best] + areas_N[waiting] - shared) <= threshold]
    return torch.stack(kept) if kept else torch.zeros(0, dtype=torch.long)


_complete_torchvision()
