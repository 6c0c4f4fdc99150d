"""Several pictures, uploaded in a zip, become one lossless video, in a process that is bounded as the decoder is.

    python -m masklet.app.gather ZIP VIDEO MEMORY MAX_PIXELS MAX_FRAMES MAX_BYTES

Standard output has one line of JSON: {"frames"} or {"problem"}.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from masklet.app.bounded_process import answer, ask_process, bound_process
from masklet.app.settings import Settings
from masklet.errors import InputError, MediaError
from masklet.media.picture import decode_picture
from masklet.media.picture_folder import natural_key

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif")
RATE = 25
_MEMBER_BYTES = 256 << 20


def is_zip(path: Path) -> bool:
    """Whether a file begins as zips do."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def gather(path: Path, video: Path, settings: Settings) -> None:
    """Write the pictures of a zip as a video, in a process of its own. Raises InputError, one line."""
    bounds = [settings.decoder_memory, settings.max_pixels, settings.max_frames, settings.max_bytes]
    words = [str(path), str(video), *map(str, bounds)]
    ask_process("masklet.app.gather", words, 20 * settings.decoder_seconds, "the pictures")


def main(arguments: list[str]) -> None:
    """Gather, and print how it went."""
    archive, video = map(Path, arguments[:2])
    memory, max_pixels, max_frames, max_bytes = map(int, arguments[2:6])
    bound_process(memory, 4 * max_bytes)
    answer(lambda: _gathered(archive, video, max_pixels, max_frames), "the zip", str(archive))


def _gathered(archive: Path, video: Path, max_pixels: int, max_frames: int) -> dict[str, Any]:
    try:
        return {"frames": _gather(archive, video, max_pixels, max_frames)}
    except OSError:  # FFmpeg's, too
        raise InputError("there is no room for the pictures, or they are larger than is allowed here") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError):
        raise InputError("the zip is broken or locked: pack the pictures anew") from None


def _gather(path: Path, video: Path, max_pixels: int, max_frames: int) -> int:
    import av

    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if _is_picture(one)]
        members.sort(key=lambda one: natural_key(one.filename))
        if not members:
            raise InputError("the zip holds no pictures (.png, .jpg, .webp …)")
        if len(members) > max_frames:
            raise InputError(f"there are {len(members):,} pictures, and {max_frames:,} are allowed")
        size: tuple[int, ...] | None = None
        with av.open(str(video), "w", format="matroska") as container:
            stream = container.add_stream("ffv1", rate=RATE)
            for number, member in enumerate(members, 1):
                if member.file_size > _MEMBER_BYTES:
                    raise InputError(f"picture {number} is too large")
                picture = decode_picture(archive.read(member), f"picture {number}")
                if size is None:
                    size = picture.shape[:2]
                    if size[0] * size[1] > max_pixels:
                        raise MediaError(f"the pictures are {size[1]}x{size[0]}, and {max_pixels:,} pixels are allowed")
                    stream.height, stream.width = size
                    stream.pix_fmt = "bgr0"
                if picture.shape[:2] != size:
                    own = f"{picture.shape[1]}x{picture.shape[0]}"
                    raise MediaError(
                        f"picture {number} is {own} pixels, the first {size[1]}x{size[0]}: make them alike"
                    )
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
    return len(members)


def _is_picture(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return name.suffix.lower() in SUFFIXES and not member.is_dir() and not hidden


if __name__ == "__main__":
    main(sys.argv[1:])
