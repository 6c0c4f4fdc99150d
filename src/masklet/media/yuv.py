"""RGB pictures as the planes that H.264 holds: BT.709, limited range, colours at half the size."""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from masklet.values import Picture

_RED, _BLUE = 0.2126, 0.0722  # what they add to luma (ITU-R BT.709-6, item 3.2)
_GREEN = 1 - _RED - _BLUE


def to_video_frame(picture: Picture, pix_fmt: str) -> VideoFrame:
    """A frame of pix_fmt "yuv420p" (even sizes) or "yuv444p" from an HxWx3 uint8 RGB picture."""
    if pix_fmt != "yuv420p":
        rgb = VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        return rgb.reformat(format=pix_fmt, dst_colorspace=Colorspace.ITU709, threads=1)
    return VideoFrame.from_ndarray(planes_420(picture), "yuv420p")


def planes_420(picture: Picture) -> NDArray[np.uint8]:
    """3H/2 x W uint8 of an HxWx3 RGB picture of even sides: luma, and below it the two colours, half as large.

    FFmpeg's own conversion takes three times as long; luma differs from it by one level at most.
    """
    height, width = picture.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    yuv = cv2.transform(np.ascontiguousarray(picture), _MATRIX)
    cv2.extractChannel(yuv, 0, planes[:height])
    quarter = height // 2 * (width // 2)
    colours = planes[height:].reshape(-1)
    for number in (1, 2):
        plane = colours[(number - 1) * quarter : number * quarter].reshape(height // 2, width // 2)
        cv2.resize(cv2.extractChannel(yuv, number), (width // 2, height // 2), plane, interpolation=cv2.INTER_AREA)
    return planes


def _matrix() -> NDArray[np.float32]:
    """3x4: RGB of 0…255 to luma of 16…235 and colours of 16…240."""
    luma = np.array([_RED, _GREEN, _BLUE])
    blue = (np.array([0, 0, 1]) - luma) / (2 * (1 - _BLUE))
    red = (np.array([1, 0, 0]) - luma) / (2 * (1 - _RED))
    scale = np.array([[219], [224], [224]]) / 255
    return np.hstack([scale * np.stack([luma, blue, red]), [[16], [128], [128]]]).astype(np.float32)


_MATRIX = _matrix()
