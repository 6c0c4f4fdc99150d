"""`masklet everything IMAGE`: masks of all there is on a picture."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from masklet.commands import options
from masklet.commands.grouped import grouped
from masklet.commands.report import Report, counted
from masklet.commands.results import picture_result, result_folder, write_json
from masklet.values import Picture

if TYPE_CHECKING:
    from masklet.session.everything import Region, Sieve


@dataclass(frozen=True)
class Search:
    """How a picture is searched, and what of the finds is kept."""

    grid: Annotated[int, typer.Option("--grid", help="Clicks per side of the grid.", min=1, max=128)] = 32
    crop_layers: Annotated[
        int, typer.Option("--crop-layers", help="1 looks again at 2x2 overlapping parts, 2 at 4x4 too.", min=0, max=3)
    ] = 0
    iou: Annotated[
        float | None,
        typer.Option("--iou", help="Least predicted IoU of a mask.", min=0, max=1, show_default="the model's own"),
    ] = None
    stability: Annotated[
        float | None,
        typer.Option("--stability", help="Least stability of a mask.", min=0, max=1, show_default="the model's own"),
    ] = None
    overlap: Annotated[
        float | None,
        typer.Option(
            "--overlap",
            help="Of two masks with more IoU than this the worse one goes.",
            min=0,
            max=1,
            show_default="the model's own",
        ),
    ] = None
    min_region: Annotated[
        int, typer.Option("--min-region", help="Islands and holes of fewer pixels are cleaned away.", min=0)
    ] = 100

    @property
    def sieve(self) -> Sieve:
        """Of what is found, what passes."""
        from masklet.session.everything import Sieve

        return Sieve(self.iou, self.stability, self.overlap, self.min_region)


@grouped
def everything(
    image: Annotated[Path, typer.Argument(help="A picture.", metavar="IMAGE", show_default=False)],
    *,
    search: Search,
    model: options.Model = "nano",
    computing: options.Computing,
    strict: options.Strict = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results. By default ./NAME-everything beside you.", metavar="DIR"),
    ] = None,
    report: Report,
) -> None:
    """Cut out everything there is on a picture.

    Writes overlay.png, labels.png (16 bit: 0 nothing, k the k-th mask, small ones on top) and masks.json (COCO RLE,
    with scores).
    """
    from masklet.media.picture import read_picture

    picture = read_picture(image)
    folder = result_folder(out, image, "everything")  # not `segment`'s folder, whose overlay it would replace
    net = computing.open(model, report, strict=strict)
    started = time.perf_counter()
    with report.progress("looking", None) as steps:
        regions = net.everything(
            picture, grid=search.grid, crop_layers=search.crop_layers, sieve=search.sieve, progress=steps.to
        )
    seconds = time.perf_counter() - started
    masks, outputs = _write(folder, picture, regions)
    result = {**picture_result(image, picture, net, seconds), "masks": masks, "outputs": outputs}
    lines = [counted(len(regions), "mask"), f"Overlay: {outputs['overlay']}", f"Labels:  {outputs['labels']}"]
    report.finish(result, lines)


def _write(folder: Path, picture: Picture, regions: Sequence[Region]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Write all files; gives the JSON result's `masks` and `outputs`."""
    from masklet.media.overlay import draw_overlay
    from masklet.media.picture import write_picture
    from masklet.media.rle import rle_to_json

    overlay, labels, document = folder / "overlay.png", folder / "labels.png", folder / "masks.json"
    large_first = sorted(regions, key=lambda one: -one.area)
    write_picture(overlay, draw_overlay(picture, {str(order): one.mask for order, one in enumerate(large_first)}))
    write_picture(labels, label_map(regions, (picture.shape[0], picture.shape[1])))
    masks = [_describe(number, one) for number, one in enumerate(regions, start=1)]
    with_rles = [{**said, "segmentation": rle_to_json(one.rle)} for said, one in zip(masks, regions, strict=True)]
    write_json(document, {"size": [picture.shape[1], picture.shape[0]], "masks": with_rles})
    return masks, {"overlay": str(overlay), "labels": str(labels), "json": str(document)}


def label_map(regions: Sequence[Region], size: tuple[int, int]) -> NDArray[np.uint16]:
    """(height, width) uint16: 0 where nothing is, k where the k-th region is; smaller regions lie on top."""
    labels = np.zeros(size, np.uint16)
    for number, one in sorted(enumerate(regions, start=1), key=lambda pair: -pair[1].area):
        labels[one.mask] = number
    return labels


def _describe(number: int, region: Region) -> dict[str, Any]:
    return {
        "label": number,
        "score": round(region.score, 4),
        "stability": round(region.stability, 4),
        "area": region.area,
        "box": [round(side, 1) for side in region.box],
        "point": [round(side, 1) for side in region.point],
    }
