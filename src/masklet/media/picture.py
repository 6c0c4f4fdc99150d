"""One picture in, one picture out.

Every picture inside masklet is HxWx3 uint8 RGB, upright. What is not is made so here:

- EXIF orientation is applied, so that clicks mean what a viewer shows.
- Transparent parts are laid over white, as a page shows them.
- 16-bit channels keep their upper 8 bits (65535 becomes 255; nothing is stretched, so that the frames of a
  sequence stay comparable); float pictures run from 0 to 1 when nothing is above 1, and from 0 to 255 otherwise.
- Of a file with several pictures the first one is taken.
"""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from masklet.errors import MediaError, OutputError
from masklet.media.files import atomic_write
from masklet.values import Picture

# Only formats that hold pixels: Pillow also opens PostScript (by running a program), MPEG streams and stubs.
READ_FORMATS = (
    "AVIF", "BMP", "DDS", "DIB", "GIF", "ICNS", "ICO", "IM", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "PSD",
    "QOI", "SGI", "SUN", "TIFF", "WEBP", "XBM", "XPM",
)  # fmt: skip
# Targa has no signature at its start, so it is believed only by its name.
_TARGA_SUFFIXES = (".tga", ".icb", ".vda", ".vst")

MAX_PIXELS = 178_956_970  # Pillow's own limit against decompression bombs: half a gigabyte as RGB

PictureSource = str | os.PathLike[str] | Image.Image | NDArray[Any]


def read_picture(source: PictureSource) -> Picture:
    """The picture as an HxWx3 uint8 RGB array of its own, upright and opaque (see the head of this file).

    source: a path; a PIL image; or a uint8 array, HxWx3 RGB, HxWx4 RGBA, or HxW grey.
    Raises MediaError, one line, for a missing, empty, broken or too large file, and for what is no picture.
    """
    if isinstance(source, np.ndarray):
        return picture_from_array(source)
    if isinstance(source, Image.Image):
        return _upright_rgb(source, "the picture")
    if not isinstance(source, str | os.PathLike):
        raise MediaError(f"a picture is given as a path, a PIL image or an array, not as {type(source).__name__}")
    path = Path(source)
    with open_picture(path) as image:
        return _upright_rgb(image, str(path))


def decode_picture(data: bytes, name: str) -> Picture:
    """As `read_picture`, from a file's bytes; `name` is what errors call it."""
    with _open(BytesIO(data), name, targa=False) as image:
        return _upright_rgb(image, name)


def open_picture(path: Path) -> Image.Image:
    """The PIL image of a file, its pixels not yet decoded; close it. Raises MediaError as `read_picture`."""
    check_readable_file(path, "picture")
    return _open(path, str(path), targa=path.suffix.lower() in _TARGA_SUFFIXES)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """(height, width) of a PIL image once its EXIF orientation is applied; decodes no pixels."""
    width, height = image.size
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (width, height) if turned else (height, width)


def picture_from_array(array: NDArray[Any], name: str = "the picture") -> Picture:
    """HxWx3 RGB from a uint8 array, HxWx3, HxWx4 (laid over white), HxWx1 or HxW grey. Raises MediaError."""
    if array.dtype != np.uint8:
        raise MediaError(f"{name} must hold uint8 values from 0 to 255, not {array.dtype}")
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4):
        raise MediaError(f"{name} must be HxWx3, HxWx4 or HxW, not of shape {array.shape}")
    if 0 in array.shape:
        raise MediaError(f"{name} is empty: its height or width is zero")
    if array.shape[2] == 4:
        alpha = array[:, :, 3:].astype(np.uint16)
        blended = (array[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255
        return blended.astype(np.uint8)
    if array.shape[2] == 1:
        return np.repeat(array, 3, axis=2)
    return np.array(array, order="C")


def write_picture(path: str | os.PathLike[str], picture: NDArray[Any]) -> None:
    """Write an HxWx3 RGB or HxW grey uint8 array, whole or not at all; the suffix chooses the format.

    Raises OutputError for an unknown suffix, an unwritable folder or a full disk.
    """
    target = Path(path)
    file_format = picture_format(target)
    options: dict[str, Any] = {"quality": 92} if file_format in ("JPEG", "WEBP", "AVIF") else {}
    with atomic_write(target) as temporary:
        Image.fromarray(np.ascontiguousarray(picture)).save(temporary, format=file_format, **options)


def picture_format(path: Path) -> str:
    """Pillow's name of the format that the suffix chooses. Raises OutputError when that can be none."""
    found = Image.registered_extensions().get(path.suffix.lower())
    if found is None or found not in Image.SAVE:
        raise OutputError(f"cannot write {path}: no picture format ends in {path.suffix!r}; use .png or .jpg")
    return found


def check_readable_file(path: Path, what: str) -> None:
    """Raise MediaError unless `path` is a file with something in it. what: "picture", "video" …, for the message."""
    try:
        status = path.stat()
        if path.is_dir():
            raise MediaError(f"{path} is a folder, not a {what} file")
        if path.is_file() and status.st_size == 0:
            raise MediaError(f"{path} is empty (0 bytes)")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        if path.parts[:1] in (("http:",), ("https:",)):
            address = str(path).replace(":/", "://", 1)  # a Path holds no two slashes in a row
            raise MediaError(f"{address}: a {what} on the web; download it, and give the file") from None
        raise MediaError(f"{path} does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, MediaError):
            raise
        raise MediaError(f"{path} cannot be read: {reason}") from error


def _open(file: Path | BytesIO, name: str, *, targa: bool) -> Image.Image:
    formats = (*READ_FORMATS, "TGA") if targa else READ_FORMATS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures and odd metadata; the limit is below
            image = Image.open(file, formats=formats)
    except UnidentifiedImageError:
        raise MediaError(f"{name} is not a picture that can be read") from None
    except Image.DecompressionBombError:
        raise MediaError(f"{name} has more than {MAX_PIXELS:,} pixels; scale it down first") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaError(f"{name} is broken: {_one_line(error)}") from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise MediaError(f"{name} has more than {MAX_PIXELS:,} pixels; scale it down first")
    return image


def _upright_rgb(image: Image.Image, name: str) -> Picture:
    if 0 in image.size:
        raise MediaError(f"{name} is empty: its height or width is zero")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            return _to_rgb(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise MediaError(f"{name} is broken: {_one_line(error)}") from error


def _to_rgb(image: Image.Image) -> Picture:
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return picture_from_array(_to_8_bit(np.asarray(image)))
    if image.has_transparency_data:
        return picture_from_array(np.asarray(image.convert("RGBA")))
    return np.array(image.convert("RGB"), order="C")


def _to_8_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey values of 16 bits (or 32 bits that hold 16), or floats, as 0 to 255."""
    if values.dtype.kind == "f":
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        scale = 255.0 if finite.max() <= 1.0 else 1.0
        return (finite * scale).round().clip(0, 255).astype(np.uint8)
    return ((values.clip(0, 65535).astype(np.uint32) + 128) // 257).astype(np.uint8)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
