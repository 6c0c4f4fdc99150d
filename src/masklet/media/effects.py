"""Effects on one frame: what is done with an object, or with all but it. Pure functions.

A picture is HxWx3 uint8 RGB; an alpha is HxW float32, 0 off the object to 1 on it, soft along its edge or not
(`soft_alpha`, `hard_alpha`). Every function gives a new array. Colours are RGB, lengths pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from masklet.media.overlay import Colour
from masklet.values import Mask, Picture

Alpha = NDArray[np.float32]
Where = Literal["object", "background"]


def hard_alpha(mask: Mask) -> Alpha:
    """The mask as it is: 0 or 1."""
    return mask.astype(np.float32)


def soft_alpha(picture: Picture, mask: Mask, radius: int = 4, smooth: float = 1e-3) -> Alpha:
    """The mask's edge drawn along the picture's own, as the guided filter does (He et al., ECCV 2010).

    Its guide is the mixture of the three colours in which the object and the ground beside it differ most. radius: how
    far from the mask's edge it may reach. smooth: the variance of the guide (values 0 to 1) that counts as an edge.
    Further than 2 · radius from the mask's edge the mask stays as it was.
    """
    plain = hard_alpha(mask)
    near = np.asarray(cv2.blur(plain, (8 * radius + 1, 8 * radius + 1)))
    band = (near > 0) & (near < 1)
    if not (band & mask).any() or not (band & ~mask).any():
        return plain
    guide = _telling_guide(picture, band & mask, band & ~mask)
    mean_guide, mean_plain = _mean(guide, radius), _mean(plain, radius)
    variance = _mean(guide * guide, radius) - mean_guide * mean_guide
    slope = (_mean(guide * plain, radius) - mean_guide * mean_plain) / (variance + smooth)
    offset = mean_plain - slope * mean_guide
    alpha = _mean(slope, radius) * guide + _mean(offset, radius)
    return np.asarray(alpha.clip(0, 1), np.float32)


def highlight(picture: Picture, alpha: Alpha, colour: Colour, strength: float = 0.5) -> Picture:
    """The object tinted. strength: 0 (nothing) to 1 (the plain colour)."""
    tint = np.broadcast_to(np.array(colour, np.uint8), picture.shape)
    return _mixed(tint, picture, alpha * np.float32(strength))


def outline(picture: Picture, alpha: Alpha, colour: Colour, width: int = 3) -> Picture:
    """A line of `width` around the object, outside of it."""
    inside = (alpha > 0.5).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    ring = np.asarray(cv2.dilate(inside, disc)) - inside
    line = np.asarray(cv2.GaussianBlur(ring.astype(np.float32), (3, 3), 0), np.float32) * (1 - alpha)
    return _mixed(np.broadcast_to(np.array(colour, np.uint8), picture.shape), picture, line)


def blur(picture: Picture, alpha: Alpha, strength: float = 12, where: Where = "background") -> Picture:
    """The object or all but it out of focus. strength: the standard deviation. Neither bleeds into the other."""
    part = _part(alpha, where)
    # weighted by what is blurred, so that the other's colours do not run into it
    weight = np.asarray(cv2.GaussianBlur(part, (0, 0), strength), np.float32)
    spread = np.asarray(cv2.GaussianBlur(picture * part[..., None], (0, 0), strength), np.float32)
    return _mixed((spread / np.maximum(weight, 1e-4)[..., None]).clip(0, 255), picture, part)


def pixelate(picture: Picture, alpha: Alpha, block: int = 16, where: Where = "object") -> Picture:
    """The object or all but it in blocks of one colour: what is under a block cannot be read any more."""
    height, width = picture.shape[:2]
    rows, columns = -(-height // block), -(-width // block)
    room = (0, rows * block - height, 0, columns * block - width)
    whole = cv2.copyMakeBorder(picture, *room, cv2.BORDER_REPLICATE)
    small = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)).reshape(rows, columns, 3)
    blocks = small.repeat(block, axis=0).repeat(block, axis=1)[:height, :width]
    if where == "background":
        return _mixed(blocks, picture, 1 - alpha)
    # a block is covered as soon as the object is in it, so that no pixel of it is left
    padded = np.asarray(cv2.copyMakeBorder(alpha, *room, cv2.BORDER_CONSTANT))
    touched = padded.reshape(rows, block, columns, block).max(axis=(1, 3)) > 0.02
    cover = touched.repeat(block, axis=0).repeat(block, axis=1)[:height, :width]
    return _mixed(blocks, picture, cover.astype(np.float32))


def spotlight(picture: Picture, alpha: Alpha, darkness: float = 0.75) -> Picture:
    """All but the object darkened. darkness: 0 (nothing) to 1 (black)."""
    return _mixed(picture, picture * np.float32(1 - darkness), alpha)


def grey_background(picture: Picture, alpha: Alpha) -> Picture:
    """All but the object without colour."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    return _mixed(picture, np.repeat(grey[..., None], 3, axis=2), alpha)


def on_colour(picture: Picture, alpha: Alpha, colour: Colour) -> Picture:
    """The object on one colour."""
    return _mixed(picture, np.broadcast_to(np.array(colour, np.uint8), picture.shape), alpha)


def on_picture(picture: Picture, alpha: Alpha, background: Picture) -> Picture:
    """The object on another picture, which is scaled to cover the frame and cut in the middle."""
    height, width = picture.shape[:2]
    scale = max(height / background.shape[0], width / background.shape[1])
    size = max(width, round(background.shape[1] * scale)), max(height, round(background.shape[0] * scale))
    fitted = np.asarray(cv2.resize(background, size, interpolation=cv2.INTER_AREA))
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return _mixed(picture, fitted[top : top + height, left : left + width], alpha)


def cut_out(picture: Picture, alpha: Alpha) -> NDArray[np.uint8]:
    """The object on transparency: HxWx4 RGBA, straight (not premultiplied) alpha."""
    return np.dstack([picture, (alpha * 255).round().astype(np.uint8)])


def erase(picture: Picture, mask: Mask, margin: int = 4) -> Picture:
    """The object filled in from around it by OpenCV's inpainting (Telea 2004), `margin` wider than its mask.

    Every frame by itself: fine for small things on calm grounds, and no more than that.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    hole = np.asarray(cv2.dilate(mask.astype(np.uint8), disc))
    if not hole.any() or hole.all():
        return picture.copy()
    return np.asarray(cv2.inpaint(picture, hole, 3, cv2.INPAINT_TELEA), np.uint8)


def trails(picture: Picture, alpha: Alpha, earlier: Sequence[tuple[Picture, Alpha]]) -> Picture:
    """The object with its earlier places behind it, fainter the longer ago. earlier: the oldest first."""
    drawn: NDArray[Any] = picture
    for order, (was, then) in enumerate(earlier, 1):
        faint = then * np.float32(0.7 * order / (len(earlier) + 1))
        drawn = _mixed(was, drawn, faint)
    return _mixed(picture, drawn, alpha)


def wipe(before: Picture, after: Picture, part: float) -> Picture:
    """Before and after side by side on one frame: `after` on the left `part` (0 to 1) of it, a white line between."""
    edge = round(part * before.shape[1])
    drawn = before.copy()
    drawn[:, :edge] = after[:, :edge]
    if 0 < edge < before.shape[1]:
        drawn[:, max(0, edge - 1) : edge + 1] = 255
    return drawn


def _telling_guide(picture: Picture, inside: Mask, outside: Mask) -> NDArray[np.float32]:
    """The picture along the colour in which the two parts differ most, 0 to 1."""
    way = picture[inside].mean(axis=0) - picture[outside].mean(axis=0)
    along = np.asarray(picture.astype(np.float32) @ (way / max(float(np.linalg.norm(way)), 1e-6)).astype(np.float32))
    low, high = np.percentile(along[inside | outside], (1, 99))
    return np.asarray(((along - low) / max(float(high - low), 1e-6)).clip(0, 1), np.float32)


def _part(alpha: Alpha, where: Where) -> Alpha:
    return alpha if where == "object" else 1 - alpha


def _mean(values: NDArray[Any], radius: int) -> NDArray[np.float32]:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)


def _mixed(over: NDArray[Any], under: NDArray[Any], alpha: Alpha) -> Picture:
    """`over` where alpha is 1, `under` where it is 0."""
    share = alpha[..., None]
    mixed = over.astype(np.float32) * share + under.astype(np.float32) * (1 - share)
    return (mixed + 0.5).clip(0, 255).astype(np.uint8)
