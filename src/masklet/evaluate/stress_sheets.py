"""Clips to look at, synthetic ones and real ones beside them, as contact sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from masklet.data.synthetic.clip import SyntheticFrame
from masklet.evaluate.metrics import iou
from masklet.evaluate.stress import StreamAnswers
from masklet.media.frames import open_frames
from masklet.media.overlay import colour, contact_sheet, draw_overlay
from masklet.values import Mask, Picture, Point

COLUMNS = 8
_WIDTH = 256


@dataclass
class ClipSheet:
    """Watches a clip of `length` frames; keeps 8 of them. subject: the object that it is about, None for all."""

    length: int
    subject: int | None = None
    _ious: list[float] = field(default_factory=list)
    _rows: list[tuple[Picture, Picture]] = field(default_factory=list)

    def look(self, frame: SyntheticFrame, masks: Mapping[int, Mask]) -> None:
        """The next frame, see stress.Look."""
        for number in masks:
            if self.subject in (None, number) and frame.mask(number).any():
                self._ious.append(iou(masks[number], frame.mask(number)))
        if frame.index in _spread(self.length):
            truths = {number: frame.mask(number) for number in frame.objects}
            self._rows.append((_drawn(frame.picture, masks), _drawn(frame.picture, truths)))

    @property
    def iou(self) -> float:
        """The mean over all frames that show the subject, 0 where none does."""
        return float(np.mean(self._ious)) if self._ious else 0.0

    def drawn(self) -> Picture:
        """The sheet: the answers above, the truth below."""
        return contact_sheet([*(a for a, _ in self._rows), *(b for _, b in self._rows)], len(self._rows))


def real_sheet(
    open_stream: Callable[[], StreamAnswers],
    video: Path,
    points: Sequence[Point],
    *,
    most: int = 120,
    step: Callable[[], None] | None = None,
) -> Picture:
    """A real clip from its beginning, an object at each point of frame 0 followed through its first `most` frames.

    Raises MediaError when the video cannot be read, PromptError for a point outside of it.
    """
    stream = open_stream()
    names = [str(number) for number in range(1, len(points) + 1)]
    shown: list[Picture] = []
    with open_frames(video) as frames:
        count = min(most, len(frames))
        wanted = _spread(count)
        for t in range(count):
            picture = frames[t]
            answer = stream.step(picture)
            masks = {int(name): one.mask for name, one in answer.objects.items()}
            if t == 0:
                for name, point in zip(names, points, strict=True):
                    found = stream.prompt(name, points=[point], labels=[1])
                    if found is not None:
                        masks[int(name)] = found.mask
            if t in wanted:
                shown.append(_drawn(picture, masks))
            if step:
                step()
    return contact_sheet(shown, len(shown))


def _spread(count: int) -> set[int]:
    """8 of so many frames, the first and the last among them; all where there are no more."""
    return {round(k * (count - 1) / (COLUMNS - 1)) for k in range(COLUMNS)}


def _drawn(picture: Picture, masks: Mapping[int, Mask]) -> Picture:
    """The picture with its masks, an object always in the same colour, of the width of a sheet's column."""
    colours = {str(number): colour(number - 1) for number in masks}
    drawn = draw_overlay(picture, {str(number): mask for number, mask in sorted(masks.items())}, colours=colours)
    height = max(1, round(drawn.shape[0] * _WIDTH / drawn.shape[1]))
    how = cv2.INTER_AREA if drawn.shape[1] > _WIDTH else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(drawn, (_WIDTH, height), interpolation=how), np.uint8)
