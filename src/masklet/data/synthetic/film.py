"""What the camera does to a scene: blur of what moves, light, noise, compression. In place where that is faster."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.data.augment import Picture, streak, streak_kernel
from masklet.data.compose import Rendered
from masklet.data.synthetic.conditions import Conditions
from masklet.data.synthetic.paths import Size, sway
from masklet.data.synthetic.seeds import Space, stream

_NOISE_ROOM = 61  # the noise is cut from a larger sheet of it, elsewhere on each frame


def lay(window: Picture, rendered: Rendered, move: tuple[float, float]) -> None:
    """Blends what was rendered for a window of a picture (h,w,3) into it, blurred by its move during the exposure."""
    kernel = streak_kernel(*move)
    if kernel is None:
        soft = cv2.blur(rendered.cover, (3, 3)).astype(np.float32) * np.float32(1 / 255)
        window[:] = cv2.blendLinear(rendered.pixels, np.ascontiguousarray(window), soft, 1 - soft)
        return
    cover = rendered.cover.astype(np.float32) * np.float32(1 / 255)
    weighted = cv2.filter2D(rendered.pixels * cover[..., None], -1, kernel)
    spread = cv2.filter2D(cover, -1, kernel)[..., None]
    window[:] = np.rint(np.clip(window * (1 - spread) + weighted, 0, 255))


def blurred(picture: Picture, dx: float, dy: float) -> Picture:
    """A copy of the picture, blurred by a move of the camera of so many pixels."""
    moved = streak(picture, dx, dy)
    return picture.copy() if moved is picture else moved


class Film:
    """One clip's light, noise and compression; frame by frame in any order."""

    def __init__(self, conditions: Conditions, clip: tuple[Space, int, int], frames: int, size: Size) -> None:
        self._clip, self._noise, self._quality = clip, conditions.noise, conditions.quality
        rng = stream(*clip, "film")
        self.gains: NDArray[np.float64] = conditions.exposure * np.exp(conditions.flicker * sway(rng, frames, 8))
        """Of the light on every frame."""
        self.switched = frames // 2 if conditions.switch and frames > 1 else None
        """The first frame after the light went off or on."""
        if self.switched is not None:
            self.gains[self.switched :] *= 0.3 if rng.random() < 0.6 else 1.8
        self._sheet: NDArray[np.int16] | None = None
        if self._noise:
            shape = (size[0] + _NOISE_ROOM, size[1] + _NOISE_ROOM, 3)
            sheet = rng.standard_normal(shape, dtype=np.float32) * np.float32(self._noise)
            self._sheet = np.rint(sheet).astype(np.int16)

    def expose(self, picture: Picture, t: int) -> Picture:
        """Frame t as it is filmed (HxWx3 uint8); the picture itself where nothing changes."""
        gain = float(self.gains[t])
        if gain != 1.0:
            levels = np.clip(np.rint(np.arange(256) * gain), 0, 255).astype(np.uint8)
            picture = np.asarray(cv2.LUT(picture, levels), np.uint8)
        if self._sheet is not None:
            x, y = stream(*self._clip, "frame", t).integers(0, _NOISE_ROOM, 2)
            noise = self._sheet[y : y + picture.shape[0], x : x + picture.shape[1]]
            picture = np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)
        if self._quality is not None:
            data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self._quality])[1]
            picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return picture
