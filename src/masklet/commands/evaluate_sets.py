"""Data sets for evaluation: opened by their contents, pictures where pictures are wanted, videos where videos are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from masklet.errors import InputError

if TYPE_CHECKING:
    from masklet.data.sets.seam import PictureData, VideoData


def open_pictures(folder: Path, layout: str | None = None) -> PictureData:
    """A set of pictures of any format that `masklet data` reads. Raises InputError when it is none."""
    from masklet.data.sets.layouts import open_set

    found = open_set(folder.resolve(), layout=layout)  # records name files that are looked at from anywhere
    if found.kind != "pictures":
        raise InputError(f"{folder}: a set of videos ({found.layout}); here pictures are wanted")
    if not found.names():
        raise InputError(f"{folder}: no pictures here")
    return found


def open_videos(folder: Path, layout: str | None = None) -> VideoData:
    """A set of videos of any format that `masklet data` reads. Raises InputError when it is none."""
    from masklet.data.sets.layouts import open_set

    found = open_set(folder.resolve(), layout=layout)  # records name files that are looked at from anywhere
    if found.kind != "videos":
        raise InputError(f"{folder}: a set of pictures ({found.layout}); here videos are wanted")
    if not found.names():
        raise InputError(f"{folder}: no videos here")
    return found
