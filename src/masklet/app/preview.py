"""One frame with an effect, drawn by what draws the finished video: what the page shows before it is made."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from masklet.app.looks import Renderer, look_from, rgb, trail
from masklet.errors import InputError
from masklet.media.rle import decode_mask
from masklet.values import Mask, Picture

if TYPE_CHECKING:
    from masklet.app.project import Project

_ROOM = threading.BoundedSemaphore(2)  # drawings at once, of all projects: they use the cores that prompts need


def preview(
    project: Project, told: Mapping[str, Any], frame: int, behind: Project | None, width: int
) -> tuple[bytes, str]:
    """The frame as the finished video shows it, no wider than `width`, and its media type: PNG where it is transparent.

    told: the look, as JSON has it. behind: whose video goes behind the objects. Raises InputError.
    """
    look, source = look_from(told), project.frames
    colours = {one["id"]: rgb(one["colour"]) for one in project.state()["objects"]}
    renderer = Renderer(look, colours, None if behind is None else behind.frames)
    with _ROOM:
        for then in trail(frame) if look.effect == "trails" else ():
            renderer.draw(project.picture(then), _masks(project, then), then, len(source))
        drawn = renderer.draw(project.picture(frame), _masks(project, frame), frame, len(source))
    return _encoded(np.asarray(drawn), width)


def _masks(project: Project, frame: int) -> dict[str, Mask]:
    size = list(project.frames.size)
    held = project.masks(frame, frame).get(frame, {})
    return {one: decode_mask({"size": size, "counts": told["counts"]}) for one, told in held.items()}


def _encoded(drawn: Picture, width: int) -> tuple[bytes, str]:
    height = max(1, round(drawn.shape[0] * width / drawn.shape[1]))
    if width < drawn.shape[1]:
        drawn = np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    if drawn.shape[2] == 4:
        order, suffix, words = [2, 1, 0, 3], ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1]
    else:
        order, suffix, words = [2, 1, 0], ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 90]
    done, data = cv2.imencode(suffix, drawn[:, :, order], words)
    if not done:
        raise InputError("the frame cannot be shown")
    return data.tobytes(), "image/png" if suffix == ".png" else "image/jpeg"
