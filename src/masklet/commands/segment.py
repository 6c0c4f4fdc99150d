"""`masklet segment IMAGE --point X,Y`: masks of what was clicked on a picture."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.prompts import Said, with_masks
from masklet.commands.report import Report, counted
from masklet.commands.results import picture_result, result_folder, write_json
from masklet.errors import PromptError
from masklet.values import Candidate, Mask, Picture


@grouped
def segment(
    image: Annotated[Path, typer.Argument(help="A picture.", metavar="IMAGE", show_default=False)],
    *,
    prompts: options.PicturePrompts,
    model: options.Model = "nano",
    computing: options.Computing,
    strict: options.Strict = False,
    fine: options.Fine = None,
    out: options.Out = None,
    report: Report,
) -> None:
    """Cut what you click, box or outline out of a picture.

    Writes masks/NAME.png (the best answer; 0 and 255), masks/NAME-2.png … (further answers, when a click is
    ambiguous), overlay.png and segment.json (masks as COCO RLE, with scores).
    """
    said = prompts.read()
    if not said:
        raise PromptError("say what to cut out: --point X,Y, --box X0,Y0,X1,Y1 or --mask PNG")
    from masklet.media.picture import read_picture

    picture = read_picture(image)
    said = with_masks(said, (picture.shape[0], picture.shape[1]))
    folder = result_folder(out, image)
    net = computing.open(model, report, strict=strict, fine=fine)
    started = time.perf_counter()
    found = net.open_image(picture).segment_many([one.prompt for one in said])
    seconds = time.perf_counter() - started
    answers = {one.name: candidates for one, candidates in zip(said, found, strict=True)}
    objects, outputs = _write(folder, picture, said, answers)
    result = {**picture_result(image, picture, net, seconds), "objects": objects, "outputs": outputs}
    report.finish(result, _summary(answers, outputs))


def _write(
    folder: Path, picture: Picture, said: Sequence[Said], answers: Mapping[str, Sequence[Candidate]]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Write all files; gives the JSON result's `objects` and `outputs`."""
    from masklet.media.masks_out import safe_name
    from masklet.media.overlay import draw_overlay
    from masklet.media.picture import write_picture
    from masklet.media.rle import encode_mask, rle_to_json

    _remove_earlier(folder)
    objects, with_rles = [], []
    taken: set[str] = set()
    for name, candidates in answers.items():
        described = []
        base = _free_name(safe_name(name), len(candidates), taken)
        for rank, candidate in enumerate(candidates, start=1):
            path = folder / "masks" / _file_name(base, rank)
            write_picture(path, candidate.mask.astype("uint8") * 255)
            described.append(_describe(candidate, path))
        objects.append({"name": name, "candidates": described})
        rles = [{"segmentation": rle_to_json(encode_mask(candidate.mask))} for candidate in candidates]
        merged = [{**one, **rle} for one, rle in zip(described, rles, strict=True)]
        with_rles.append({"name": name, "candidates": merged})
    overlay, document = folder / "overlay.png", folder / "segment.json"
    best = {name: candidates[0].mask for name, candidates in answers.items()}
    write_picture(overlay, draw_overlay(picture, best, {one.name: one.prompt for one in said}))
    write_json(document, {"size": [picture.shape[1], picture.shape[0]], "objects": with_rles})
    return objects, {"overlay": str(overlay), "masks": str(folder / "masks"), "json": str(document)}


def _remove_earlier(folder: Path) -> None:
    """Remove the masks that an earlier run of masklet wrote here, as its segment.json names them."""
    try:
        earlier = json.loads((folder / "segment.json").read_text(encoding="utf-8"))
        names = [Path(one["mask"]).name for each in earlier["objects"] for one in each["candidates"]]
    except (OSError, ValueError, KeyError, TypeError):
        return  # none, or not masklet's: nothing there is ours to remove
    for name in names:
        (folder / "masks" / name).unlink(missing_ok=True)


def _free_name(wanted: str, count: int, taken: set[str]) -> str:
    """`wanted`, or with a number after it, so that none of its `count` files is another object's."""
    base, number = wanted, 2
    while (files := {_file_name(base, rank).casefold() for rank in range(1, count + 1)}) & taken:
        base, number = f"{wanted}_{number}", number + 1
    taken |= files
    return base


def _file_name(base: str, rank: int) -> str:
    return f"{base}.png" if rank == 1 else f"{base}-{rank}.png"


def _describe(candidate: Candidate, path: Path) -> dict[str, Any]:
    return {
        "score": round(candidate.score, 4),
        "stability": round(candidate.stability, 4),
        "area": int(candidate.mask.sum()),
        "box": mask_box(candidate.mask),
        "mask": str(path),
    }


def mask_box(mask: Mask) -> list[int] | None:
    """x0, y0, x1, y1 around the mask in pixels (x1 and y1 just past it), None for an empty one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def _summary(answers: Mapping[str, Sequence[Candidate]], outputs: Mapping[str, str]) -> list[str]:
    lines = [
        f"{name}: {counted(int(found[0].mask.sum()), 'pixel')}, predicted IoU {found[0].score:.2f}"
        + (f"; {counted(len(found) - 1, 'other answer')} beside it" if len(found) > 1 else "")
        for name, found in answers.items()
    ]
    return [*lines, f"Overlay: {outputs['overlay']}", f"Masks:   {outputs['masks']}"]
