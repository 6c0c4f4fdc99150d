"""A bounded number of frames as the network saw them: clicking back and forth on a frame sees it once."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
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
        self._lock = Lock()  # of the dict alone: one frame may be asked for while another is being seen
        self._features: OrderedDict[int, Future[Features]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._features)

    def see(self, frame: int, picture: Picture) -> Features:
        """The features of `frame`, whose picture that is. Asked for in several threads, it is seen once."""
        with self._lock:
            found = self._features.get(frame)
            seen: Future[Features] = found or Future()
            self._features[frame] = seen
            self._features.move_to_end(frame)
            while len(self._features) > self._capacity:
                self._features.popitem(last=False)
        if found is None:
            self._see(frame, picture, seen)
        return seen.result()

    def _see(self, frame: int, picture: Picture, seen: Future[Features]) -> None:
        spec = self._runtime.spec
        try:
            if spec.strict and not spec.letterbox:
                picture = to_square_as_frames(picture, spec.picture_size)
            seen.set_result(self._runtime.see(picture))
        except BaseException as problem:
            with self._lock:
                if self._features.get(frame) is seen:
                    del self._features[frame]
            seen.set_exception(problem)
