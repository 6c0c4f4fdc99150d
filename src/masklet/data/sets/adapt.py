"""Pictures seen as videos of one frame, and the annotated frames of videos as pictures: so any set fits any format."""

from __future__ import annotations

from collections.abc import Iterator

from masklet.data.sets.seam import Kind
from masklet.data.sets.values import FrameTruth, Item, PictureItem, VideoFrame, VideoItem


def as_kind(item: Item, kind: Kind) -> Iterator[Item]:
    """The item itself, or what it becomes: a picture one video, a video a picture per annotated frame."""
    if isinstance(item, PictureItem) and kind == "videos":
        yield picture_as_video(item)
    elif isinstance(item, VideoItem) and kind == "pictures":
        yield from video_as_pictures(item)
    else:
        yield item


def picture_as_video(item: PictureItem) -> VideoItem:
    """A video of one frame, "00000"."""
    assert not isinstance(item.file, VideoFrame)
    truths = {0: item.truth}
    return VideoItem(item.name, item.size, ("00000",), (item.file,), item.things, truths, None, item.extra)


def video_as_pictures(item: VideoItem) -> Iterator[PictureItem]:
    """VIDEO/FRAME for each annotated frame, with the things that are seen on it, under their numbers."""
    for t, truth in sorted(item.truths.items()):
        seen = {region.thing for region in truth.regions}
        things = tuple(thing for thing in item.things if thing.id in seen)
        file = VideoFrame(item.files, t) if not isinstance(item.files, tuple) else item.files[t]
        name = f"{item.name}/{item.frame_names[t]}"
        yield PictureItem(name, item.size, file, things, FrameTruth(truth.regions, frozenset(), truth.void))
