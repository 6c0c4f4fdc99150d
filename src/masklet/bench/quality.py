"""How good: the protocols of `evaluate`, each model on the same pictures and videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from masklet.bench.contestant import Contestant
from masklet.data.sets.seam import DataSet, PictureData, VideoData
from masklet.data.sets.values import PictureItem, VideoItem
from masklet.errors import InputError
from masklet.evaluate.answers import Given, Progress, name_of
from masklet.evaluate.pictures import evaluate_picture
from masklet.evaluate.record import Item
from masklet.evaluate.rules import rule_of
from masklet.evaluate.vos import evaluate_video
from masklet.session.image import ImageSession
from masklet.session.video import VideoSession


@dataclass(frozen=True)
class PictureQuality:
    """Objects with their figures per contestant.

    name: of the set. measured, of: pictures taken, and pictures that there are. clicks: the numbers to show.
    """

    name: str
    measured: int
    of: int
    clicks: tuple[int, ...]
    reports: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True)
class VideoQuality:
    """Objects with their figures per contestant, for each of `given`; None for those that know pictures alone.

    name: of the set. measured, of: videos taken, and videos that there are. given: what objects were given by.
    """

    name: str
    measured: int
    of: int
    given: tuple[Given, ...]
    reports: tuple[tuple[tuple[Item, ...], ...] | None, ...]


Bar = Callable[[str], AbstractContextManager[Progress]]
"""A progress callback for a part of the work, by the part's name, as long as that part takes."""


def measure_pictures(
    contestants: Sequence[Contestant], pictures: PictureData, clicks: Sequence[int], limit: int | None, bar: Bar
) -> PictureQuality:
    """Clicks on the objects of the pictures, or of `limit` of them, spread over the set. Raises InputError."""
    names = thinned(pictures.names(), limit)
    reports = []
    for one in contestants:
        items: list[Item] = []
        with bar(f"pictures, {one.label}") as progress:
            for done, name in enumerate(names, 1):
                picture = _read(pictures, name)
                assert isinstance(picture, PictureItem)
                session = ImageSession(one.runtime, picture.pixels())
                items += evaluate_picture(session, picture, max(clicks), box=False)
                progress(done, len(names))
        reports.append(_not_empty(items, pictures))
    return PictureQuality(
        set_name(pictures.folder), len(names), len(pictures.names()), tuple(sorted(set(clicks))), tuple(reports)
    )


def measure_videos(
    contestants: Sequence[Contestant], videos: VideoData, given: Sequence[Given], limit: int | None, bar: Bar
) -> VideoQuality:
    """Follows the objects of the videos, or of `limit` of them, from their first frames. Raises InputError."""
    names = thinned(videos.names(), limit)
    reports: list[tuple[tuple[Item, ...], ...] | None] = []
    for one in contestants:
        if not one.follows_videos:
            reports.append(None)
            continue
        each = []
        for how in given:
            items: list[Item] = []
            with bar(f"videos, {one.label}, {name_of(how)}") as progress:
                for done, name in enumerate(names, 1):
                    video = _read(videos, name)
                    assert isinstance(video, VideoItem)
                    session = VideoSession(one.runtime, video.open_frames())
                    items += evaluate_video(session, video, how, rule_of(videos.layout))[0].items
                    progress(done, len(names))
            each.append(_not_empty(items, videos))
        reports.append(tuple(each))
    return VideoQuality(set_name(videos.folder), len(names), len(videos.names()), tuple(given), tuple(reports))


def thinned(names: Sequence[str], limit: int | None) -> list[str]:
    """`limit` of the names, evenly spread over them; all when there are no more."""
    if limit is None or limit >= len(names):
        return list(names)
    return [names[i * len(names) // limit] for i in range(limit)]


def set_name(folder: Path) -> str:
    """A set's name: its folder's last two parts, enough to know it by, and nothing of the machine."""
    return "/".join(folder.resolve().parts[-2:])


def _read(data: DataSet, name: str) -> PictureItem | VideoItem:
    item = data.read(name)
    if item is None:
        first = next(iter(data.issues), None)
        raise InputError(str(first) if first else f"{data.folder}: {name} cannot be read")
    return item


def _not_empty(items: Sequence[Item], data: DataSet) -> tuple[Item, ...]:
    if not items:
        raise InputError(f"{data.folder}: no object to evaluate on")
    return tuple(items)
