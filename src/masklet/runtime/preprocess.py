"""A picture on its way into the network: resized to the network's square, then normalised. No torch here."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def to_square(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """HxWx3 uint8 RGB of any size -> side x side x3 uint8, stretched without padding.

    Shrinking (in both directions) averages areas, as training pictures were made; otherwise bilinear.
    Raises ValueError when it is not an HxWx3 uint8 picture.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or 0 in picture.shape:
        raise ValueError(f"a picture is HxWx3 uint8, not {picture.dtype} of shape {picture.shape}")
    height, width = picture.shape[:2]
    if (height, width) == (side, side):
        return np.ascontiguousarray(picture)
    how = cv2.INTER_AREA if min(height, width) > side else cv2.INTER_LINEAR
    # OpenCV takes no negative strides, so mirrored views are copied first
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (side, side), interpolation=how), np.uint8)


def normalise(
    square: NDArray[np.uint8], mean: tuple[float, float, float], deviation: tuple[float, float, float]
) -> NDArray[np.float32]:
    """HxWx3 uint8 -> 1,3,H,W float32, (x - mean) / deviation per channel; channels lie innermost in memory."""
    x_HW3 = square.astype(np.float32)
    x_HW3 -= np.asarray(mean, np.float32)
    x_HW3 /= np.asarray(deviation, np.float32)
    return x_HW3.transpose(2, 0, 1)[None]
