"""How good masks on still pictures are after a box or one click, and how much better further clicks make them.

The protocol is that of SAM and SAM 2 (Ravi et al. 2024, appendix F.3): the first click lies on the object's
centre (the pixel farthest from its edge), every later one on the centre of the largest region that is still
wrong. What counts is the candidate the model itself puts first, since that is what a user gets; what the best of
all candidates would have been is reported beside it ("best").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from masklet.data.clicks import Click, box_of, centre_click, correction_click
from masklet.data.sets.values import PictureItem
from masklet.errors import InputError
from masklet.evaluate.answers import ImageAnswers
from masklet.evaluate.metrics import boundary_iou, clicks_to, iou
from masklet.evaluate.record import Item
from masklet.evaluate.summary import over_objects, over_sources
from masklet.media.rle import decode_mask
from masklet.values import Candidate, Mask, Prompt

TARGETS = (85, 90)
"""IoU in per cent to which NoC, the number of clicks, is counted."""


@dataclass
class _Answers:
    """One object's answers so far, click by click."""

    ious: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    predicted: list[float] = field(default_factory=list)
    borders: list[float] = field(default_factory=list)

    def add(self, candidates: Sequence[Candidate], truth: Mask) -> None:
        each = [iou(candidate.mask, truth) for candidate in candidates]
        self.ious.append(each[0])
        self.best.append(max(each))
        self.predicted.append(float(candidates[0].score))
        self.borders.append(boundary_iou(candidates[0].mask, truth))

    def named(self, how: str, k: int) -> dict[str, float]:
        return {
            f"iou@{how}": float(self.ious[k]),
            f"best@{how}": float(self.best[k]),
            f"predicted@{how}": self.predicted[k],
            f"boundary_iou@{how}": float(self.borders[k]),
        }


def evaluate_picture(
    image: ImageAnswers,
    item: PictureItem,
    clicks: int = 5,
    *,
    box: bool = True,
    source: str | None = None,
    annotations: Path | None = None,
    predictions: Path | None = None,
    first: dict[int, Mask] | None = None,
) -> tuple[Item, ...]:
    """Clicks on every object of one picture, and a box around each, and what came of it.

    Figures, with n from 1 to `clicks`, and "box" in its place: "iou@n", "best@n" (of all candidates), "predicted@n"
    (the model's own estimate), "boundary_iou@n"; "noc@85" and "noc@90", the clicks to that IoU, `clicks` where it was
    never reached, and "failed@85" and "failed@90", 1 where it was not. All objects go to the model in one call a
    round; crowds are left out. source: by default the first folder of the picture's name. annotations: the set.
    predictions: where masks are kept. first: takes the masks after one click, by the objects' numbers.
    Raises InputError when clicks is below 1.
    """
    if clicks < 1:
        raise InputError(f"clicks are numbers from 1 up, not {clicks}")
    crowds = {thing.id for thing in item.things if thing.crowd}
    truths = {r.thing: decode_mask(r.rle) for r in item.truth.regions if r.thing not in crowds}
    if not truths:
        return ()
    masks = tuple(truths.values())
    clicked, after_one = _click_all(image, masks, clicks)
    figures = [_clicked_figures(each, clicks) for each in clicked]
    if first is not None:
        first.update(zip(truths, after_one, strict=True))
    if box:
        for one, each in zip(figures, _box_all(image, masks), strict=True):
            one.update(each.named("box", 0))
    path = item.file if isinstance(item.file, Path) else item.file.path
    where = source_of(item.name) if source is None else source
    return tuple(
        Item(
            item.name,
            number,
            where,
            {**one, "area": int(np.count_nonzero(truth)), "size": float(truth.mean())},
            (),
            path,
            annotations,
            predictions,
        )
        for (number, truth), one in zip(truths.items(), figures, strict=True)
    )


def picture_figures(items: Sequence[Item], clicks: int, *, box: bool = True) -> dict[str, float]:
    """The headline of a set: means over objects of all their figures, "iou_sources@n", the mean of the sources' means,
    and "score_error@n", how far the model's own estimate is off on average."""
    figures = dict(over_objects(items))
    for how in (*map(str, range(1, clicks + 1)), *(["box"] if box else [])):
        if items:
            figures[f"iou_sources@{how}"] = over_sources(items, f"iou@{how}")
            figures[f"best_sources@{how}"] = over_sources(items, f"best@{how}")
            wrong = [abs(one.figures[f"predicted@{how}"] - one.figures[f"iou@{how}"]) for one in items]
            figures[f"score_error@{how}"] = float(np.mean(wrong))
    return figures


def picture_curves(items: Sequence[Item], clicks: int) -> dict[str, tuple[tuple[float, float], ...]]:
    """Mean IoU over the number of clicks."""
    mean = over_objects(items)
    points = tuple((float(n), mean[f"iou@{n}"]) for n in range(1, clicks + 1) if f"iou@{n}" in mean)
    return {"iou over clicks": points} if points else {}


def source_of(name: str) -> str:
    """A picture's source: the first folder of its name, "." when it lies in none."""
    return name.split("/")[0] if "/" in name else "."


def _clicked_figures(each: _Answers, clicks: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    for k in range(clicks):
        figures.update(each.named(str(k + 1), k))
    for target in TARGETS:
        needed = clicks_to(each.ious, target / 100)
        figures[f"noc@{target}"] = clicks if needed is None else needed
        figures[f"failed@{target}"] = float(needed is None)
    return figures


def _click_all(image: ImageAnswers, truths: Sequence[Mask], rounds: int) -> tuple[list[_Answers], list[Mask]]:
    """The figures of each object, and its mask after one click."""
    placed: list[list[Click]] = [[centre_click(truth)] for truth in truths]
    previous: list[Candidate | None] | None = None
    figures = [_Answers() for _ in truths]
    first: list[Mask] = []
    for k in range(rounds):
        answers = image.segment_many([prompt_of(clicks) for clicks in placed], previous)
        for truth, candidates, each in zip(truths, answers, figures, strict=True):
            each.add(candidates, truth)
        previous = [candidates[0] for candidates in answers]
        if k == 0:
            first = [candidates[0].mask for candidates in answers]
        if k + 1 < rounds:
            for truth, candidates, clicks in zip(truths, answers, placed, strict=True):
                clicks.append(correction_click(candidates[0].mask, truth))
    return figures, first


def _box_all(image: ImageAnswers, truths: Sequence[Mask]) -> list[_Answers]:
    figures = [_Answers() for _ in truths]
    answers = image.segment_many([Prompt(box=box_of(truth)) for truth in truths])
    for truth, candidates, each in zip(truths, answers, figures, strict=True):
        each.add(candidates, truth)
    return figures


def prompt_of(clicks: Sequence[Click]) -> Prompt:
    """Clicks as a prompt."""
    return Prompt(points=tuple((c.x, c.y) for c in clicks), labels=tuple(c.label for c in clicks))
