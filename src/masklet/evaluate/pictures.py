"""How good masks on still pictures are after one click, and how much better further clicks make them.

The protocol is that of SAM and SAM 2 (Ravi et al. 2024, appendix F.3): the first click lies on the object's
centre (the pixel farthest from its edge), every later one on the centre of the largest region that is still
wrong. What counts is the candidate the model itself puts first, since that is what a user gets; what the best of
all candidates would have been is reported beside it ("oracle").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from masklet.data.clicks import Click, centre_click, correction_click
from masklet.data.pictures import PictureSet
from masklet.errors import InputError
from masklet.evaluate.metrics import iou
from masklet.values import Candidate, Mask, Picture, Prompt

Progress = Callable[[int, int], None]
"""Called with how many pictures or frames are done and how many there are."""


class ImageAnswers(Protocol):
    """What the protocol asks of an opened picture; `masklet.session.image.ImageSession` does it."""

    def segment_many(
        self, prompts: Sequence[Prompt], previous: Sequence[Candidate | None] | None = None
    ) -> Sequence[Sequence[Candidate]]:
        """Candidates per prompt, best first; `previous[i]` is the answer that prompt i refines."""
        ...


@dataclass(frozen=True)
class ObjectResult:
    """One object of one picture, click by click.

    picture: the file's name below its source. number: the object's number in the label map. area: pixels.
    ious: IoU of the answer after 1, 2, … clicks. oracle: the same for the candidate nearest to the truth.
    predicted: the model's own estimate of the IoU of its answer.
    """

    picture: str
    source: str
    number: int
    area: int
    ious: tuple[float, ...]
    oracle: tuple[float, ...]
    predicted: tuple[float, ...]


@dataclass(frozen=True)
class PictureReport:
    """What came out of a set of pictures.

    clicks: the numbers of clicks that tables show. seconds: wall time of the whole run.
    """

    objects: tuple[ObjectResult, ...] = field(repr=False)
    clicks: tuple[int, ...]
    seconds: float

    def over_objects(self, clicks: int, *, oracle: bool = False) -> float:
        """Mean IoU after `clicks` clicks, each object counted once."""
        return _mean(self.objects, clicks, oracle)

    def by_source(self, clicks: int, *, oracle: bool = False) -> Mapping[str, float]:
        """Mean IoU of each source's objects."""
        return {name: _mean(objects, clicks, oracle) for name, objects in self._sources().items()}

    def over_sources(self, clicks: int, *, oracle: bool = False) -> float:
        """The mean of the sources' means, so that a source with many objects does not outweigh the others."""
        return float(np.mean(list(self.by_source(clicks, oracle=oracle).values())))

    def score_error(self, clicks: int) -> float:
        """How far the model's own estimate of an answer's IoU is off: mean absolute difference over objects."""
        return float(np.mean([abs(one.predicted[clicks - 1] - one.ious[clicks - 1]) for one in self.objects]))

    def counts(self) -> Mapping[str, int]:
        """Objects per source."""
        return {name: len(objects) for name, objects in self._sources().items()}

    def _sources(self) -> dict[str, list[ObjectResult]]:
        sources: dict[str, list[ObjectResult]] = {}
        for one in sorted(self.objects, key=lambda one: one.source):
            sources.setdefault(one.source, []).append(one)
        return sources


def evaluate_pictures(
    open_image: Callable[[Picture], ImageAnswers],
    pictures: PictureSet,
    clicks: Sequence[int] = (1, 3, 5),
    progress: Progress | None = None,
    *,
    every: int = 1,
) -> PictureReport:
    """Clicks on every object of every picture and measures the answers.

    open_image: opens a HxWx3 uint8 RGB picture, as `Net.open_image`. clicks: the numbers of clicks wanted.
    every: take each n-th picture only, for a quick look.

    Raises InputError when `clicks` is empty or below 1, or no object is found; MediaError for an unreadable file.
    """
    if not clicks or min(clicks) < 1 or every < 1:
        raise InputError(f"clicks must be numbers from 1 up and every at least 1, not {tuple(clicks)} and {every}")
    start = time.perf_counter()
    results: list[ObjectResult] = []
    chosen = range(0, len(pictures), every)
    for done, i in enumerate(chosen, 1):
        row, read = pictures.rows[i], pictures.read(i)
        truths = masks_of(read.labels)
        if truths:
            answers = _click_all(open_image(read.pixels), tuple(truths.values()), max(clicks))
            for (number, truth), answer in zip(truths.items(), answers, strict=True):
                area = int(np.count_nonzero(truth))
                results.append(ObjectResult(row.picture.name, row.source, number, area, *answer))
        if progress:
            progress(done, len(chosen))
    if not results:
        raise InputError(f"{pictures.folder}: no objects to evaluate on in {len(chosen)} pictures")
    return PictureReport(tuple(results), tuple(sorted(set(clicks))), time.perf_counter() - start)


def masks_of(labels: NDArray[np.uint16]) -> dict[int, Mask]:
    """The objects of an HxW label map: number -> HxW bool, ascending; 0 is nobody's."""
    numbers = np.flatnonzero(np.bincount(labels.ravel()))
    return {int(number): labels == number for number in numbers if number != 0}


Rounds = tuple[float, ...]


def _click_all(image: ImageAnswers, truths: Sequence[Mask], rounds: int) -> list[tuple[Rounds, Rounds, Rounds]]:
    """Per object its IoUs, its best candidates' IoUs and its predicted IoUs; all objects go in one call a round."""
    placed: list[list[Click]] = [[centre_click(truth)] for truth in truths]
    previous: list[Candidate | None] | None = None
    figures: list[tuple[list[float], list[float], list[float]]] = [([], [], []) for _ in truths]
    for k in range(rounds):
        answers = image.segment_many([prompt_of(clicks) for clicks in placed], previous)
        for truth, candidates, (ious, oracle, predicted) in zip(truths, answers, figures, strict=True):
            each = [iou(candidate.mask, truth) for candidate in candidates]
            ious.append(each[0])
            oracle.append(max(each))
            predicted.append(float(candidates[0].score))
        previous = [candidates[0] for candidates in answers]
        if k + 1 < rounds:
            for truth, candidates, clicks in zip(truths, answers, placed, strict=True):
                clicks.append(correction_click(candidates[0].mask, truth))
    return [(tuple(ious), tuple(oracle), tuple(predicted)) for ious, oracle, predicted in figures]


def prompt_of(clicks: Sequence[Click]) -> Prompt:
    """Clicks as a prompt."""
    return Prompt(points=tuple((c.x, c.y) for c in clicks), labels=tuple(c.label for c in clicks))


def _mean(objects: Sequence[ObjectResult], clicks: int, oracle: bool) -> float:
    return float(np.mean([(one.oracle if oracle else one.ious)[clicks - 1] for one in objects]))
