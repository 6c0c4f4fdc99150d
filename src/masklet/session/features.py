"""A bounded number of frames as the network saw them: clicking back and forth on a frame sees it once."""

from __future__ import annotations

from collections import OrderedDict

from masklet.runtime.protocol import Features, Runtime
from masklet.values import Picture

CAPACITY = 4  # of SAM 2's largest preset, one frame's features are about 40 MB


class FeatureCache:
    """The features of the frames used last."""

    def __init__(self, runtime: Runtime, capacity: int = CAPACITY) -> None:
        self._runtime, self._capacity = runtime, capacity
        self._features: OrderedDict[int, Features] = OrderedDict()

    def __len__(self) -> int:
        return len(self._features)

    def see(self, frame: int, picture: Picture) -> Features:
        """The features of `frame`, whose picture that is."""
        if frame not in self._features:
            self._features[frame] = self._runtime.see(picture)
        self._features.move_to_end(frame)
        while len(self._features) > self._capacity:
            self._features.popitem(last=False)
        return self._features[frame]
