"""A bounded number of frames as the network saw them: clicking back and forth on a frame sees it once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np
from PIL import Image

from masklet.runtime.protocol import Features, Runtime
from masklet.values import Picture

CAPACITY = 4  # of SAM 2's largest preset, one frame's features are about 40 MB


def to_square_as_frames(picture: Picture, side: int) -> Picture:
    """HxWx3 uint8 RGB of any size -> side x side x3 uint8 as SAM 2's published code brings a video's frames there:
    Pillow's cubic filter, rounded to whole levels. (Pictures it resizes otherwise: the runtime does that.)"""
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC), np.uint8)


class FeatureCache:
    """The features of the frames used last."""

    def __init__(self, runtime: Runtime, capacity: int = CAPACITY) -> None:
        self._runtime, self._capacity = runtime, capacity
        self._lock = Lock()  # the next frame may be seen while one is asked for
        self._features: OrderedDict[int, Features] = OrderedDict()

    def __len__(self) -> int:
        return len(self._features)

    def see(self, frame: int, picture: Picture) -> Features:
        """The features of `frame`, whose picture that is. Calls from several threads wait for each other."""
        with self._lock:
            if frame not in self._features:
                spec = self._runtime.spec
                if spec.strict and not spec.letterbox:
                    picture = to_square_as_frames(picture, spec.picture_size)
                self._features[frame] = self._runtime.see(picture)
            self._features.move_to_end(frame)
            while len(self._features) > self._capacity:
                self._features.popitem(last=False)
            return self._features[frame]
