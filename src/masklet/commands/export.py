"""`masklet export DIR --to onnx|openvino`: a model as graphs that run without torch."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.report import Report
from masklet.errors import ModelError

if TYPE_CHECKING:
    from masklet.runtime.manifest import Manifest
    from masklet.values import Picture

FAILED = 1


@dataclass(frozen=True)
class Fixed:
    """Axes of a fixed size, for what runs no others."""

    objects: Annotated[
        int | None, typer.Option("--objects", help="Fixed number of objects; any by default.", min=1)
    ] = None
    memories: Annotated[
        int | None, typer.Option("--memories", help="Fixed number of memories recalled; any by default.", min=1)
    ] = None
    pointers: Annotated[
        int | None,
        typer.Option("--pointers", help="Fixed number of pointers, with --memories (SAM 2: 16).", min=1),
    ] = None
    points: Annotated[
        int | None, typer.Option("--points", help="Fixed number of points in a prompt; any by default.", min=1)
    ] = None

    @property
    def sizes(self) -> dict[str, int]:
        """By axis, those that are fixed."""
        return {axis: size for axis, size in asdict(self).items() if size is not None}


@dataclass(frozen=True)
class Trial:
    """On what the parts are checked, and how strictly."""

    check: Annotated[
        str | None, typer.Option("--check", help="A video to check the parts on; drawn by default.", metavar="VIDEO")
    ] = None
    frames: Annotated[int, typer.Option("--frames", help="Of the check, at most.", min=1)] = 20
    bound: Annotated[
        float, typer.Option("--bound", help="Largest difference in logits from torch that is let pass.", min=0.0)
    ] = 1e-3

    def pictures(self) -> list[Picture]:
        """Of the clip. Raises MediaError."""
        if self.check is None:
            from masklet.export.clip import draw_clip

            return draw_clip(self.frames)
        from masklet.media.frames import open_frames

        with open_frames(self.check) as source:
            return [source[index] for index in range(min(self.frames, len(source)))]


@grouped
def export(
    folder: Annotated[
        Path, typer.Argument(help="A new or an empty folder, or an earlier export.", metavar="DIR", show_default=False)
    ],
    *,
    to: Annotated[str, typer.Option("--to", help="onnx or openvino.", metavar="FORMAT")] = "onnx",
    model: options.Model = "nano",
    fixed: Fixed,
    trial: Trial,
    report: Report,
) -> int | None:
    """Export a model's parts to run without torch.

    Pictures, prompts, memories: the whole video path. Writes a graph per part and manifest.json, once the parts have
    been run on a clip and agree with torch.
    """
    pictures = trial.pictures()

    from masklet.export.folder import check_folder

    check_folder(folder)
    if find_spec("torch") is None:  # what makes graphs, and would say what is missing, cannot be imported then
        raise ModelError('exporting needs torch, which is not installed: pip install "masklet[export]"')
    from masklet.export.graphs import need

    need("torch", "onnx", "onnxscript")

    from masklet.export.exporting import CheckFailed, Order, export_model

    order = Order(model, to, pictures, trial.check or "drawn", fixed.sizes, trial.bound)
    started = time.perf_counter()
    try:
        with report.progress("exporting", None) as steps:
            manifest = export_model(order, folder, lambda _: steps.one())
    except CheckFailed as problem:
        report.remark(str(problem))
        return FAILED
    report.finish(_result(manifest, folder, time.perf_counter() - started), _summary(manifest, folder))
    return None


def _result(manifest: Manifest, folder: Path, seconds: float) -> dict[str, Any]:
    return {
        "model": manifest.model,
        "to": manifest.target,
        "fixed": dict(manifest.fixed),
        "parts": list(manifest.parts),
        "seconds": round(seconds, 3),
        "check": dict(manifest.check or {}),
        "outputs": {
            "folder": str(folder),
            "manifest": str(folder / "manifest.json"),
            "files": {name: one.bytes for name, one in manifest.files.items()},
        },
    }


def _summary(manifest: Manifest, folder: Path) -> list[str]:
    check = manifest.check or {}
    lines = [f"{name}: {one.bytes / 1e6:.1f} MB" for name, one in manifest.files.items()]
    return [
        *lines,
        f"Check:  on {check['frames']} frames ({check['clip']}) logits differ from torch's by {check['logits']:.2g} at "
        f"most (bound {check['bound']:g}); tracking alone, masks have an IoU of {check['least_mask_iou']:.4f} or more",
        f"Folder: {folder}",
    ]
