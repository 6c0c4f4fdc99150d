"""Data sets for evaluation: opened by their contents, pictures where pictures are wanted, videos where videos are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.data.sets.seam import DataSet, PictureData, VideoData


def open_pictures(folder: Path, layout: str | None = None) -> PictureData:
    """A set of pictures of any format that `masklet data` reads. Raises InputError when it is none."""
    return cast("PictureData", _open(folder, layout, "pictures", "videos"))


def open_videos(folder: Path, layout: str | None = None) -> VideoData:
    """A set of videos of any format that `masklet data` reads. Raises InputError when it is none."""
    return cast("VideoData", _open(folder, layout, "videos", "pictures"))


def _open(folder: Path, layout: str | None, wanted: str, other: str) -> DataSet:
    from masklet.data.sets.layouts import open_set

    found = open_set(folder.resolve(), layout=layout)  # records name files that are looked at from anywhere
    if found.kind != wanted:
        raise InputError(f"{folder}: a set of {other} ({found.layout}); here {wanted} are wanted")
    if not found.names():
        raise InputError(f"{folder}: no {wanted} here")
    return found
