"""Pictures and videos of an item into files: copied byte for byte where that is possible, else encoded anew."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from masklet.data.sets.files import copy_into
from masklet.data.sets.values import PictureItem, VideoFrame, VideoItem
from masklet.media.frames import FrameSource
from masklet.media.picture import write_picture
from masklet.values import Picture

JPEG_QUALITY = 95
VIDEO_QUALITY = 18
"""x264's CRF."""
DEFAULT_FPS = 24.0
"""Of videos that are written to a format with a rate from one without: DAVIS's and SA-V's."""


def copies_frames(item: VideoItem) -> bool:
    """Whether a folder of pictures takes the video's frames as they are."""
    return not isinstance(item.files, Path)


def copies_video(item: VideoItem) -> bool:
    """Whether an mp4 takes the video as it is."""
    return isinstance(item.files, Path) and item.files.suffix.lower() == ".mp4"


def write_frames(item: VideoItem, folder: Path, *, exact: bool) -> list[str]:
    """Every frame as FOLDER/NAME.suffix; gives the file names in order."""
    folder.mkdir(parents=True, exist_ok=True)
    if not isinstance(item.files, Path):
        names = [f"{name}{file.suffix.lower()}" for name, file in zip(item.frame_names, item.files, strict=True)]
        for name, file in zip(names, item.files, strict=True):
            copy_into(file, folder / name)
        return names
    suffix = ".png" if exact else ".jpg"
    names = [f"{name}{suffix}" for name in item.frame_names]
    with item.open_frames() as frames:
        for name, picture in zip(names, frames, strict=False):
            _write(folder / name, picture)
    return names


def write_still(item: PictureItem, stem: Path, *, exact: bool, suffix: str | None = None) -> str:
    """The picture as STEM.suffix; gives the suffix. suffix: the one the format insists on."""
    if not isinstance(item.file, VideoFrame) and suffix in (None, item.file.suffix.lower()):
        copy_into(item.file, Path(f"{stem}{item.file.suffix.lower()}"))
        return item.file.suffix.lower()
    chosen = suffix or (".png" if exact else ".jpg")
    stem.parent.mkdir(parents=True, exist_ok=True)
    _write(Path(f"{stem}{chosen}"), item.pixels())
    return chosen


def write_video(item: VideoItem, path: Path, *, exact: bool) -> None:
    """The video as an mp4. exact: lossless, in RGB, which few players show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if copies_video(item):
        assert isinstance(item.files, Path)
        copy_into(item.files, path)
        return
    from masklet.media.frames import open_frames

    files = item.files if isinstance(item.files, Path) else list(item.files)
    with open_frames(files, fps=item.fps or DEFAULT_FPS) as frames:
        if exact:
            _encode_lossless(frames, path)
            return
        from masklet.media.encode import VideoWriter

        with VideoWriter(path, frames, quality=VIDEO_QUALITY) as writer:
            for index, picture in enumerate(frames):
                writer.write(index, picture)


def _encode_lossless(frames: FrameSource, path: Path) -> None:
    import av

    rate = Fraction(frames.fps).limit_denominator(1001)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264rgb", rate=rate, options={"qp": "0", "preset": "veryfast"})
        stream.height, stream.width = frames.size
        stream.pix_fmt = "rgb24"
        for frame in _video_frames(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def _video_frames(frames: FrameSource) -> Iterator[Picture]:
    return (np.ascontiguousarray(picture) for picture in frames)


def _write(path: Path, picture: Picture) -> None:
    if path.suffix == ".jpg":
        from PIL import Image

        Image.fromarray(picture).save(path, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        write_picture(path, picture)
