"""`masklet export DIR --to onnx|openvino`: a model as graphs that run without torch."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from masklet.commands import options
from masklet.commands.report import Report

if TYPE_CHECKING:
    from masklet.runtime.manifest import Manifest
    from masklet.values import Picture

FAILED = 1


def export(
    folder: Annotated[
        Path, typer.Argument(help="A new or an empty folder, or an earlier export.", metavar="DIR", show_default=False)
    ],
    to: Annotated[str, typer.Option("--to", help="onnx or openvino.", metavar="FORMAT")] = "onnx",
    model: options.Model = "nano",
    objects: Annotated[
        int | None, typer.Option("--objects", help="Fixed number of objects; any by default.", min=1)
    ] = None,
    memories: Annotated[
        int | None, typer.Option("--memories", help="Fixed number of memories recalled; any by default.", min=1)
    ] = None,
    pointers: Annotated[
        int | None,
        typer.Option("--pointers", help="Fixed number of pointers, with --memories (SAM 2: 16).", min=1),
    ] = None,
    points: Annotated[
        int | None, typer.Option("--points", help="Fixed number of points in a prompt; any by default.", min=1)
    ] = None,
    check: Annotated[
        str | None, typer.Option("--check", help="A video to check the parts on; drawn by default.", metavar="VIDEO")
    ] = None,
    frames: Annotated[int, typer.Option("--frames", help="Of the check, at most.", min=1)] = 20,
    bound: Annotated[
        float, typer.Option("--bound", help="Largest difference in logits from torch that is let pass.", min=0.0)
    ] = 1e-3,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> int | None:
    """Export a model's parts to run without torch: pictures, prompts, memories, the whole video path.

    Writes a graph per part and manifest.json, once the parts have been run on a clip and agree with torch.
    """
    report = Report(as_json, quiet)
    fixed = {"objects": objects, "memories": memories, "pointers": pointers, "points": points}
    pictures = _read(check, frames)

    from masklet.export.folder import check_folder
    from masklet.export.graphs import need

    check_folder(folder)
    need("torch", "onnx", "onnxscript")

    from masklet.export.exporting import CheckFailed, Order, export_model

    order = Order(
        model=model,
        target=to,
        pictures=pictures,
        clip=check or "drawn",
        fixed={axis: size for axis, size in fixed.items() if size is not None},
        bound=bound,
    )
    started = time.perf_counter()
    try:
        with report.progress("exporting", None) as steps:
            manifest = export_model(order, folder, lambda _: steps.one())
    except CheckFailed as problem:
        report.remark(str(problem))
        return FAILED
    report.finish(_result(manifest, folder, time.perf_counter() - started), _summary(manifest, folder))
    return None


def _read(video: str | None, frames: int) -> list[Picture]:
    """The pictures of the check."""
    if video is None:
        from masklet.export.clip import draw_clip

        return draw_clip(frames)
    from masklet.media.frames import open_frames

    with open_frames(video) as source:
        return [source[index] for index in range(min(frames, len(source)))]


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
