"""How many of a picture's objects are among the masks that `everything` finds: average recall, as COCO computes it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from masklet.data.sets.values import PictureItem
from masklet.evaluate.answers import Proposal
from masklet.evaluate.pictures import source_of
from masklet.evaluate.record import Item
from masklet.media.rle import mask_area, rle_to_json

COUNTS = (100, 1000)
"""How many of a picture's best proposals are taken."""


def compare_proposals(
    item: PictureItem, proposals: Sequence[Proposal], source: str | None = None, annotations: Path | None = None
) -> tuple[tuple[Item, ...], dict[str, Any]]:
    """Each object with the IoU of its best proposal ("best_iou", with 100 and 1000 proposals), and what the set's
    recall is computed from. Crowds are neither found nor missed."""
    crowds = {thing.id for thing in item.things if thing.crowd}
    best = sorted(proposals, key=lambda one: -one.score)[: max(COUNTS)]
    regions = list(item.truth.regions)
    ious = np.zeros((len(best), len(regions)))
    if best and regions:
        packed = [rle_to_json(one.rle) for one in best], [rle_to_json(one.rle) for one in regions]
        ious = np.asarray(coco.iou(*packed, [0] * len(regions))).reshape(len(best), len(regions))
    where = source_of(item.name) if source is None else source
    path = item.file if isinstance(item.file, Path) else item.file.path
    items = tuple(
        Item(
            item.name,
            region.thing,
            where,
            {
                **{f"best_iou@{count}": float(ious[:count, k].max(initial=0.0)) for count in COUNTS},
                "area": float(region.area),
                "size": region.area / (item.size[0] * item.size[1]),
            },
            pictures=path,
            annotations=annotations,
        )
        for k, region in enumerate(regions)
        if region.thing not in crowds
    )
    objects = [[rle_to_json(r.rle), int(r.thing in crowds)] for r in regions]
    return items, {"size": list(item.size), "objects": objects, "proposals": [rle_to_json(one.rle) for one in best]}


def average_recall(pictures: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """COCO's recall of all objects, whatever their category: "ar@100" and "ar@1000" over IoU 0.5 to 0.95, "recall50@…"
    at IoU 0.5, and for small, medium and large objects with 1000 proposals.

    pictures: the second of what `compare_proposals` gives, of each. Computed by pycocotools. Empty without objects.
    """
    if not any(not crowd for one in pictures for _, crowd in one["objects"]):
        return {}
    truth, guess = _as_coco(pictures)
    with contextlib.redirect_stdout(io.StringIO()):
        found = COCO()
        found.dataset = truth
        found.createIndex()
        results = found.loadRes(guess) if guess else COCO()
        judge = COCOeval(found, results, "segm")
        judge.params.useCats = 0
        judge.params.maxDets = list(COUNTS)
        if guess:
            judge.evaluate()
            judge.accumulate()
    if not guess:
        names = [f"{kind}@{count}" for kind in ("ar", "recall50") for count in COUNTS]
        return dict.fromkeys(names, 0.0)
    recall = judge.eval["recall"]  # thresholds, categories, areas, counts; -1 where there is no object
    figures = {}
    for k, count in enumerate(COUNTS):
        figures[f"ar@{count}"] = float(recall[:, 0, 0, k].mean())
        figures[f"recall50@{count}"] = float(recall[0, 0, 0, k])
    for area, name in enumerate(judge.params.areaRngLbl[1:], 1):
        of = recall[:, 0, area, -1]
        if (of >= 0).all():
            figures[f"ar_{name}@{COUNTS[-1]}"] = float(of.mean())
    return figures


def _as_coco(pictures: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    guesses: list[dict[str, Any]] = []
    for number, one in enumerate(pictures, 1):
        height, width = one["size"]
        images.append({"id": number, "height": height, "width": width})
        for rle, crowd in one["objects"]:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "segmentation": rle,
                    "area": mask_area(rle),
                    "bbox": [0, 0, width, height],
                    "iscrowd": crowd,
                }
            )
        count = len(one["proposals"])
        for rank, rle in enumerate(one["proposals"]):
            guesses.append({"image_id": number, "category_id": 1, "segmentation": rle, "score": float(count - rank)})
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "object"}]}, guesses
