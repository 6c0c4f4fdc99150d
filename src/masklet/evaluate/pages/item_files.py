"""An item's picture, truth and predicted mask on one frame, from the set and the folder that its record names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from masklet.data.sets.issues import Issues
from masklet.data.sets.label_maps import read_label_map
from masklet.data.sets.layouts import open_set
from masklet.data.sets.seam import DataSet
from masklet.data.sets.values import FrameTruth, PictureItem, VideoItem
from masklet.errors import InputError, MediaError
from masklet.evaluate.answers import Predicted
from masklet.evaluate.predictions_in import read_predictions
from masklet.evaluate.record import Item
from masklet.evaluate.rules import RULES
from masklet.media.rle import decode_mask
from masklet.values import Mask, Picture


class ItemFiles:
    """The files of one item; they are looked for when asked, and may have moved since the evaluation.

    `item.annotations` is the data set, of any format, `item.predictions` the masks: of videos in any form that
    `predictions_in` reads, of pictures PICTURE/OBJECT.png.
    index: the frame's place in the video, 0 for a picture. All raise InputError for what is missing or broken.
    """

    def __init__(self, item: Item) -> None:
        self.item = item

    def picture(self, index: int) -> Picture:
        """The frame, HxWx3 uint8 RGB."""
        read = self._read()
        if isinstance(read, PictureItem):
            return read.pixels()
        with read.open_frames() as frames:
            return np.asarray(frames[index], np.uint8)

    def truth(self, index: int) -> Mask | None:
        """The object's true mask, HxW bool; None on a frame of which the set says nothing."""
        truth = self._truths().get(index)
        if truth is None:
            return None
        return self._mask_in(truth)

    def prediction(self, index: int) -> Mask | None:
        """The mask that was predicted, HxW bool; None when no predictions were kept."""
        folder, name, number = self.item.predictions, self.item.sequence, self.item.object
        if folder is None:
            return None
        if not folder.exists():
            raise MediaError(f"{folder} is not there any more")
        read = self._read()
        if isinstance(read, PictureItem):
            return np.asarray(read_label_map(folder / name / f"{number}.png") > 0, np.bool_)
        assert self.item.annotations is not None  # or it could not have been read
        shown = _predicted(folder, self.item.annotations, name).get(number) if isinstance(number, int) else None
        rle = (shown or {}).get(index)
        return np.zeros(read.size, np.bool_) if rle is None else decode_mask(rle)

    def annotated(self) -> list[int]:
        """The frames that can be looked at, in order."""
        return [frame.index for frame in self.item.frames] or sorted(self._truths())

    def size(self) -> float | None:
        """The mean part of the picture that the object covers where it is visible, 0 to 1; None when not known."""
        if "size" in self.item.figures:
            return self.item.figures["size"]
        try:
            height, width = self._read().size
            areas = [r.area for t in self._truths().values() for r in t.regions if r.thing == self.item.object]
        except (InputError, OSError):
            return None
        return float(np.mean(areas)) / (height * width) if areas else None

    def _read(self) -> PictureItem | VideoItem:
        if self.item.annotations is None:
            raise InputError("the record does not say where the data set lies")
        if not self.item.annotations.exists():
            raise InputError(f"{self.item.annotations} is not there any more")
        return _read(self.item.annotations, self.item.sequence)

    def _truths(self) -> dict[int, FrameTruth]:
        read = self._read()
        return {0: read.truth} if isinstance(read, PictureItem) else dict(read.truths)

    def _mask_in(self, truth: FrameTruth) -> Mask:
        for region in truth.regions:
            if region.thing == self.item.object:
                return decode_mask(region.rle)
        return np.zeros(self._read().size, np.bool_)


@lru_cache(maxsize=4)
def _opened(folder: Path) -> DataSet:
    return open_set(folder, issues=Issues())


@lru_cache(maxsize=4)
def _read(folder: Path, name: str) -> PictureItem | VideoItem:
    # Of one sequence several objects and frames are asked for, one after another.
    data = _opened(folder)
    if name not in data.names():
        raise InputError(f"{folder} has no {name!r} any more")
    item = data.read(name)
    if item is None:
        raise InputError(f"{folder}: {name} cannot be read any more")
    return item


@lru_cache(maxsize=2)
def _predicted(folder: Path, annotations: Path, name: str) -> Predicted:
    """A video's masks. By which rule it was scored is not known here: what any rule needs will do."""
    item = _read(annotations, name)
    assert isinstance(item, VideoItem)
    problem: InputError | None = None
    for rule in RULES:
        try:
            return read_predictions(folder, item, rule)
        except InputError as error:
            problem = problem or error
    raise problem or InputError(f"{folder}: {name} cannot be read any more")
