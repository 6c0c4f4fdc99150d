"""Planes for H.264: beside FFmpeg's own conversion, and by BT.709's own figures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

from masklet.media.yuv import planes_420, to_video_frame


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [((0, 0, 0), (16, 128, 128)), ((255, 255, 255), (235, 128, 128)), ((255, 0, 0), (63, 102, 240))],
)
def test_known_colours(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    planes = planes_420(np.full((4, 8, 3), rgb, np.uint8))
    assert (planes[:4] == yuv[0]).all()
    assert (planes[4] == yuv[1]).all()
    assert (planes[5] == yuv[2]).all()


def test_it_is_ffmpegs_conversion_to_a_level() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    picture = cv2.GaussianBlur(noise, (9, 9), 3)[::1, ::-1]  # a mirrored view, as rotated videos give
    ours = to_video_frame(picture, "yuv420p").to_ndarray().astype(int)
    theirs = VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709
    )
    away = np.abs(ours - theirs.to_ndarray())
    assert away[:60].max() <= 1
    assert away[60:].mean() < 1


def test_odd_sizes_keep_their_colours_whole() -> None:
    frame = to_video_frame(np.full((5, 7, 3), (255, 0, 0), np.uint8), "yuv444p")
    assert (frame.width, frame.height, frame.format.name) == (7, 5, "yuv444p")
