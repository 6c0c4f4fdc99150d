"""Synthetic clips as training samples, to be mixed in with those of `masklet.data.clips`."""

from __future__ import annotations

import numpy as np

from masklet.data.samples import Sample, choose_objects, masks_of
from masklet.data.synthetic.clip import SyntheticClip
from masklet.data.synthetic.conditions import PRESETS, Preset
from masklet.data.synthetic.materials import Materials
from masklet.data.synthetic.seeds import stream
from masklet.errors import InputError

_TRIES = 8


class SyntheticSampler:
    """Clips of T frames with up to `objects` objects that are seen on frame 0 (150 pixels at S = 384).

    Frames are taken at 1 to 6 times the clip's speed, so that exits, covers and crossings fit into a few of them.
    """

    def __init__(
        self, materials: Materials, side: int, frames: int = 4, objects: int = 2, preset: Preset = PRESETS["mixed"]
    ) -> None:
        self._materials, self._side, self._frames = materials, side, frames
        self._objects, self._preset = objects, preset
        self._least = round(150 * (side / 384) ** 2)

    def sample(self, seed: int, index: int) -> Sample:
        """The clip of that number; seeds are those of the space "training". Raises InputError when no clip shows an
        object that is large enough."""
        rng = stream("training", seed, index, "conditions", 1)
        for attempt in range(_TRIES):
            stride = int(rng.integers(1, 7))
            size = (self._side, self._side)
            number = index * _TRIES + attempt
            length = stride * (self._frames - 1) + 1
            clip = SyntheticClip(self._preset, self._materials, seed, number, frames=length, size=size)
            first = clip.draw(0)
            chosen = choose_objects(first.labels, self._objects, self._least, rng)
            if not len(chosen):
                continue
            frames = [first, *(clip.draw(stride * t) for t in range(1, self._frames))]
            labels = np.stack([frame.labels for frame in frames])
            return Sample(np.stack([frame.picture for frame in frames]), masks_of(labels, chosen), "synthetic")
        raise InputError(f"no synthetic clip of {self._side} pixels shows an object of {self._least} pixels or more")
