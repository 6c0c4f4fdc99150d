"""How good: the protocols of `evaluate`, each model on the same pictures and videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from masklet.bench.contestant import Contestant
from masklet.data.davis import DavisSet
from masklet.data.pictures import PictureSet
from masklet.evaluate.pictures import PictureReport, Progress, evaluate_pictures
from masklet.evaluate.report import name_of as given_name
from masklet.evaluate.vos import Given, VideoReport, evaluate_videos
from masklet.session.image import ImageSession
from masklet.session.video import VideoSession


@dataclass(frozen=True)
class PictureQuality:
    """A report per contestant. name: of the set. measured, of: pictures taken, and pictures that there are."""

    name: str
    measured: int
    of: int
    reports: tuple[PictureReport, ...]


@dataclass(frozen=True)
class VideoQuality:
    """Reports per contestant, one for each of `given`; None for those that know pictures alone.

    name: of the set. measured, of: videos taken, and videos that there are. given: what objects were given by.
    """

    name: str
    measured: int
    of: int
    given: tuple[Given, ...]
    reports: tuple[tuple[VideoReport, ...] | None, ...]


Bar = Callable[[str], AbstractContextManager[Progress]]
"""A progress callback for a part of the work, by the part's name, as long as that part takes."""


def measure_pictures(
    contestants: Sequence[Contestant], pictures: PictureSet, clicks: Sequence[int], limit: int | None, bar: Bar
) -> PictureQuality:
    """Clicks on the objects of the pictures, or of `limit` of them, spread over the set. Raises InputError."""
    part = pictures if limit is None else pictures.thinned(limit)
    reports = []
    for one in contestants:
        with bar(f"pictures, {one.label}") as progress:
            reports.append(evaluate_pictures(partial(ImageSession, one.runtime), part, clicks, progress))
    return PictureQuality(set_name(pictures.folder), len(part), len(pictures), tuple(reports))


def measure_videos(
    contestants: Sequence[Contestant], videos: DavisSet, given: Sequence[Given], limit: int | None, bar: Bar
) -> VideoQuality:
    """Follows the objects of the videos, or of `limit` of them, from their first frames. Raises InputError."""
    part = videos if limit is None else videos.thinned(limit)
    reports: list[tuple[VideoReport, ...] | None] = []
    for one in contestants:
        if not one.follows_videos:
            reports.append(None)
            continue
        each = []
        for how in given:
            with bar(f"videos, {one.label}, {given_name(how)}") as progress:
                each.append(evaluate_videos(partial(VideoSession, one.runtime), part, how, progress))
        reports.append(tuple(each))
    return VideoQuality(set_name(videos.folder), len(part), len(videos), tuple(given), tuple(reports))


def set_name(folder: Path) -> str:
    """A set's name: its folder's last two parts, enough to know it by, and nothing of the machine."""
    return "/".join(folder.resolve().parts[-2:])
