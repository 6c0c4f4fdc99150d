"""The seam between the formats and everything that works on data sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from masklet.data.sets.issues import Issues
from masklet.data.sets.values import About, Item, PictureItem, VideoItem

Kind = Literal["pictures", "videos"]
Record = dict[str, Any]


class PictureData(Protocol):
    """A set of pictures that lies somewhere. Opening reads an index at most; items are read when asked for."""

    kind: Literal["pictures"]
    layout: str
    folder: Path
    issues: Issues

    @property
    def about(self) -> About:
        """What the set says of itself."""
        ...

    def names(self) -> Sequence[str]:
        """The items' names in a fixed order."""
        ...

    def read(self, name: str) -> PictureItem | None:
        """One item; None when it cannot be read, which is then among the issues. What else is wrong with it is
        left out of the item and among the issues too."""
        ...


class VideoData(Protocol):
    """A set of videos that lies somewhere. See PictureData; an item holds the masks of one whole video, as RLE."""

    kind: Literal["videos"]
    layout: str
    folder: Path
    issues: Issues

    @property
    def about(self) -> About:
        """What the set says of itself."""
        ...

    def names(self) -> Sequence[str]:
        """The items' names in a fixed order."""
        ...

    def read(self, name: str) -> VideoItem | None:
        """One item; see PictureData.read."""
        ...


DataSet = PictureData | VideoData


@dataclass(frozen=True)
class Holds:
    """What a format has a place for.

    ids: the least and the greatest number of an object. fps: the rates: "any", the one that the format implies, or
    None. void: pixels that count neither way; "beside": not on a video's first marked frame alone. partial: that
    nothing is said of one object on a frame on which another is marked; "range": between its first and its last frame
    all annotated frames must be its own. unseen: objects that no frame shows; "marked": if they are
    absent on one at least. one_object: no more than that per video. fields: other formats' fields, of items and things;
    region_fields: of one mask; set_fields: of the set. folders: names with "/".
    pixels: the picture files that are taken as they are, or "mp4". stride: its other readers expect annotations on
    every so many-th frame.
    """

    kind: Kind
    ids: tuple[int, int] | None = None
    overlaps: bool = True
    void: bool | Literal["beside"] = False
    names: bool = False
    categories: bool = False
    crowd: bool = False
    polygons: bool = False
    fps: Literal["any"] | float | None = None
    partial: bool | Literal["range"] = True
    unseen: bool | Literal["marked"] = True
    one_object: bool = False
    fields: bool = False
    region_fields: bool = False
    splits: bool = False
    set_fields: bool = False
    folders: bool = False
    stride: int | None = None
    pixels: tuple[str, ...] = (".jpg", ".jpeg", ".png", ".webp")


class Layout(Protocol):
    """One format: a reader and a writer."""

    name: str
    title: str
    holds: Holds

    def recognise(self, folder: Path) -> bool:
        """Whether the folder (or file) is of this format; looks at a few names and heads of files, never at all."""
        ...

    def open(self, folder: Path, issues: Issues) -> DataSet:
        """The set. Raises DataError when it is not of this format at all."""
        ...

    def write(self, item: Item, place: Path, *, exact: bool) -> Record:
        """Write one item below `place`, a folder of its own whose tree is laid into the set's afterwards.

        Gives what `finish` must know of it, as JSON. exact: pixels that must be encoded anew stay what they are.
        """
        ...

    def finish(self, about: About, records: Iterable[Record], folder: Path) -> None:
        """Write the set's own files. records: of all items in their order; can be gone through more than once."""
        ...
