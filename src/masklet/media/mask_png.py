"""A mask as a PNG, 8 bits of grey: 0 off the object, 255 on it."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import cv2
import numpy as np

from masklet.values import Mask

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = b"\x78\x01"  # of a zlib stream (RFC 1950)
_LAST_BLOCK = b"\x03\x00"  # an empty one of deflate (RFC 1951)
_ADLER = 65521


def mask_png(mask: Mask) -> bytes:
    """The PNG file of an HxW bool mask. Only rows with the object are compressed; what stands for empty rows is known.

    Raises ValueError for a mask without any pixel, which PNG cannot hold.
    """
    if mask.ndim != 2 or 0 in mask.shape:
        raise ValueError(f"a PNG holds no mask of shape {mask.shape}")
    height, width = mask.shape
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    _, top, _, down = cv2.boundingRect(pixels)
    rows = np.zeros((down, 1 + width), np.uint8)  # each begins with the number of its filter: none
    np.multiply(pixels[top : top + down], 255, out=rows[:, 1:])
    bottom = height - top - down
    check = zlib.adler32(rows.data, _adler_of_zeros(1, top * (1 + width)))
    check = _adler_of_zeros(check, bottom * (1 + width))
    data = (_HEAD, _empty(top, width), _deflated(rows), _empty(bottom, width), _LAST_BLOCK, struct.pack(">I", check))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", b"".join(data)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def _deflated(rows: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Blocks that others may follow: whole bytes that refer to nothing before them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return packer.compress(rows.data) + packer.flush(zlib.Z_FULL_FLUSH)


def _empty(count: int, width: int) -> bytes:
    """Deflate's blocks for so many rows without the object, of powers of two."""
    return b"".join(_empty_rows(1 << n, width) for n in range(count.bit_length()) if count >> n & 1)


@lru_cache(maxsize=64)
def _empty_rows(count: int, width: int) -> bytes:
    return _deflated(np.zeros((count, 1 + width), np.uint8))


def _adler_of_zeros(check: int, count: int) -> int:
    """Adler-32 after `count` more zero bytes: only the sum of sums grows."""
    low, high = check & 0xFFFF, check >> 16
    return (high + count * low) % _ADLER << 16 | low
