"""What a set holds, counted as the SA-V paper counts (Ravi et al. 2024, section 5.2 and appendix D).

A masklet is one object through a video; it disappears when annotated frames show it, then not, then again. A mask's
size is its area over the picture's. A masklet's duration runs from the first to the last frame that shows it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from masklet.data.sets.seam import DataSet, Kind
from masklet.data.sets.values import FrameTruth, Item, VideoItem

SIZE_EDGES = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Of the histogram of mask sizes, as parts of the picture."""
SECOND_EDGES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, float("inf"))
FRAME_EDGES = (0.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, float("inf"))
COUNT_EDGES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 11.0, 21.0, 51.0, 101.0, float("inf"))


@dataclass(frozen=True)
class Histogram:
    """counts[i]: of values from edges[i] up to, not with, edges[i + 1]; the last bin has its end too."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: Sequence[float], edges: tuple[float, ...]) -> Histogram:
        """The histogram of values within the edges."""
        counts, _ = np.histogram(np.asarray(values, float), np.asarray(edges))
        return cls(edges, tuple(int(count) for count in counts))


@dataclass(frozen=True)
class Stats:
    """What a set holds. items: videos, or pictures. seconds: None where a video has no frame rate, or of pictures.

    annotated_frames: those of which something is said. objects: masklets of videos, objects of pictures. masks: those
    that are not empty. disappear: the share of masklets that vanish and come back, None of pictures. size: the mean
    part of the picture that a mask covers. durations: of masklets, in `duration_unit`. resolutions: (width, height) to
    items, the commonest first. buckets: masklets by SA-V's mean area: small < 32², medium < 96², large.
    """

    kind: Kind
    layout: str
    items: int
    frames: int
    annotated_frames: int
    seconds: float | None
    objects: int
    masks: int
    disappear: float | None
    mean_size: float | None
    below_tenth: float | None
    mean_duration: float | None
    duration_unit: str
    sizes: Histogram
    durations: Histogram
    per_item: Histogram
    resolutions: tuple[tuple[tuple[int, int], int], ...]
    buckets: Mapping[str, int]
    categories: tuple[tuple[str, int], ...]

    @property
    def hours(self) -> float | None:
        """The videos' length."""
        return None if self.seconds is None else self.seconds / 3600

    def as_json(self) -> dict[str, Any]:
        """For --json; the open end of a histogram is null."""

        def bins(histogram: Histogram) -> dict[str, Any]:
            edges = [None if edge == float("inf") else edge for edge in histogram.edges]
            return {"edges": edges, "counts": list(histogram.counts)}

        return {
            "kind": self.kind,
            "format": self.layout,
            self.kind: self.items,
            "frames": self.frames,
            "annotated_frames": self.annotated_frames,
            "hours": self.hours,
            "masklets" if self.kind == "videos" else "objects": self.objects,
            "masks": self.masks,
            "disappearance_rate": self.disappear,
            "mean_mask_size": self.mean_size,
            "masks_below_0.1": self.below_tenth,
            "mean_duration": self.mean_duration,
            "duration_unit": self.duration_unit,
            "mask_sizes": bins(self.sizes),
            "durations": bins(self.durations),
            "objects_per_item": bins(self.per_item),
            "resolutions": [{"width": w, "height": h, "items": n} for (w, h), n in self.resolutions],
            "size_buckets": dict(self.buckets),
            "categories": dict(self.categories),
        }


def measure(data: DataSet, *, fps: float | None = None, step: Callable[[int, int], None] | None = None) -> Stats:
    """Count a set; reads all annotations and no pixels. fps: of videos whose format does not say.

    Items that cannot be read are among `data.issues` and not counted.
    """
    names = data.names()
    counter = _Counter(fps)
    for done, name in enumerate(names, 1):
        item = data.read(name)
        if item is not None:
            counter.take(item)
        if step:
            step(done, len(names))
    return counter.stats(data.kind, data.layout)


class _Counter:
    """Numbers only: a few bytes per mask and masklet."""

    def __init__(self, fps: float | None) -> None:
        self._fps = fps
        self._items = self._frames = self._annotated = 0
        self._seconds: float | None = 0.0
        self._sizes, self._spans, self._times = array("d"), array("d"), array("d")
        self._per_item = array("l")
        self._objects = self._gone = 0
        self._resolutions: Counter[tuple[int, int]] = Counter()
        self._categories: Counter[str] = Counter()
        self._buckets = {"small": 0, "medium": 0, "large": 0}

    def take(self, item: Item) -> None:
        """One more."""
        video = isinstance(item, VideoItem)
        truths: Mapping[int, FrameTruth] = item.truths if isinstance(item, VideoItem) else {0: item.truth}
        rate = (item.fps or self._fps) if isinstance(item, VideoItem) else None
        length = len(item) if isinstance(item, VideoItem) else 1
        self._items += 1
        self._frames += length
        self._annotated += len(truths)
        self._seconds = None if rate is None or self._seconds is None else self._seconds + length / rate
        self._objects += len(item.things)
        self._per_item.append(len(item.things))
        height, width = item.size
        self._resolutions[width, height] += 1
        self._categories.update(thing.category for thing in item.things if thing.category is not None)
        areas: dict[int, dict[int, int]] = {thing.id: {} for thing in item.things}
        for t, truth in sorted(truths.items()):
            for region in truth.regions:
                areas[region.thing][t] = area = region.area
                self._sizes.append(area / (height * width))
            for thing in truth.absent & areas.keys():
                areas[thing][t] = 0
        for found in areas.values():
            self._take_masklet(found, rate if video else None)

    def _take_masklet(self, areas: Mapping[int, int], rate: float | None) -> None:
        seen = [t for t, area in areas.items() if area]
        if not seen:
            return
        span = seen[-1] - seen[0] + 1
        self._spans.append(span)
        if rate:
            self._times.append(span / rate)
        self._gone += comes_back(areas[t] > 0 for t in sorted(areas))
        mean = sum(areas[t] for t in seen) / len(seen)
        self._buckets["small" if mean < 32**2 else "medium" if mean < 96**2 else "large"] += 1

    def stats(self, kind: Kind, layout: str) -> Stats:
        """All of it."""
        sizes, videos = np.asarray(self._sizes), kind == "videos"
        timed = self._seconds is not None and len(self._times) == len(self._spans)
        durations = self._times if timed else self._spans
        edges = SECOND_EDGES if timed else FRAME_EDGES
        return Stats(
            kind=kind,
            layout=layout,
            items=self._items,
            frames=self._frames,
            annotated_frames=self._annotated,
            seconds=self._seconds if videos and self._items else None,
            objects=self._objects,
            masks=len(sizes),
            disappear=self._gone / self._objects if videos and self._objects else None,
            mean_size=float(sizes.mean()) if len(sizes) else None,
            below_tenth=float((sizes < 0.1).mean()) if len(sizes) else None,
            mean_duration=float(np.mean(durations)) if videos and len(durations) else None,
            duration_unit="seconds" if timed else "frames",
            sizes=Histogram.of(self._sizes, SIZE_EDGES),
            durations=Histogram.of(durations if videos else [], edges),
            per_item=Histogram.of(self._per_item, COUNT_EDGES),
            resolutions=tuple(self._resolutions.most_common()),
            buckets=self._buckets,
            categories=tuple(self._categories.most_common()),
        )


def comes_back(visible: Iterable[bool]) -> bool:
    """Whether something is seen, then not, then again."""
    was_seen = gone = False
    for sees in visible:
        if sees and gone:
            return True
        gone = gone or (was_seen and not sees)
        was_seen = was_seen or sees
    return False
