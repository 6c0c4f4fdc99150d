"""What a data set says, whatever its format: frozen values, the masks as COCO's RLE, the pixels where they lie.

Three things are kept apart on every frame: an object that is there (a region), one that is known not to be there
(absent), and one of which nothing is said (neither).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from masklet.media.frames import FrameSource, open_frames
from masklet.media.picture import read_picture
from masklet.media.rle import Rle, mask_area
from masklet.values import Picture

Extra = Mapping[str, Any]
"""A format's own fields, JSON values, carried along word for word."""

Polygons = tuple[tuple[float, ...], ...]
"""Outlines as COCO has them: each x0, y0, x1, y1, … in pixels, (0, 0) the picture's upper left corner."""


@dataclass(frozen=True)
class Category:
    """A kind of thing. id: its number in the set, None where the format has names alone."""

    name: str
    id: int | None = None
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class About:
    """What a set says of itself as a whole. splits: lists of items by name ("train", "val"), in their order."""

    categories: tuple[Category, ...] = ()
    splits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True)
class Thing:
    """One object of a picture or video. id: its number there, as the format has it. crowd: many, not told apart."""

    id: int
    name: str | None = None
    category: str | None = None
    crowd: bool = False
    extra: Extra = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in (self.name, self.category):
            if text is not None and not isinstance(text, str):  # files may hold anything
                raise TypeError(f"an object's name and category are text, not {text!r}")


@dataclass(frozen=True, eq=False)
class Region:
    """Where one thing is on one frame. rle: compressed, of the frame's size, not empty.

    polygons: the outlines the mask was drawn from, where the format has them.
    """

    thing: int
    rle: Rle = field(repr=False)
    polygons: Polygons | None = field(default=None, repr=False)
    extra: Extra = field(default_factory=dict)

    @property
    def area(self) -> int:
        """How many pixels it covers."""
        return mask_area(self.rle)


@dataclass(frozen=True, eq=False)
class FrameTruth:
    """All that is known of one frame. absent: ids of the things that are known not to be there.

    void: pixels that belong to no one and count neither way.
    """

    regions: tuple[Region, ...] = ()
    absent: frozenset[int] = frozenset()
    void: Rle | None = field(default=None, repr=False)


@dataclass(frozen=True)
class VideoFrame:
    """A picture that is one frame of a video file."""

    path: Path
    index: int


@dataclass(frozen=True, eq=False)
class PictureItem:
    """One picture with its objects. name: its path in the set without the suffix, with "/". size: (height, width)."""

    name: str
    size: tuple[int, int]
    file: Path | VideoFrame
    things: tuple[Thing, ...]
    truth: FrameTruth
    extra: Extra = field(default_factory=dict)

    def pixels(self) -> Picture:
        """HxWx3 uint8 RGB. Raises MediaError naming the file."""
        if isinstance(self.file, Path):
            return read_picture(self.file)
        return _opened(self.file.path)[self.file.index]


@dataclass(frozen=True, eq=False)
class VideoItem:
    """One video with its objects.

    frame_names: of every frame, as the format names it ("00005"). files: a picture per frame, or one video file.
    truths: by the frame's place among the frames, from 0; frames that nothing is said of are left out.
    fps: frames per second, None where the format does not say.
    """

    name: str
    size: tuple[int, int]
    frame_names: tuple[str, ...]
    files: tuple[Path, ...] | Path
    things: tuple[Thing, ...]
    truths: Mapping[int, FrameTruth]
    fps: float | None = None
    extra: Extra = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame_names)

    def open_frames(self) -> FrameSource:
        """The frames, decoded when they are asked for. Raises MediaError naming the file."""
        files = self.files if isinstance(self.files, Path) else list(self.files)
        return open_frames(files, fps=self.fps)


@lru_cache(maxsize=1)
def _opened(path: Path) -> FrameSource:
    # The frames of one video are asked for one after another; opening it for each would take longer than decoding.
    return open_frames(path)


Item = PictureItem | VideoItem
