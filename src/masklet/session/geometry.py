"""The one place where the user's words become the network's, and its answers become masks of the picture.

A picture of w x h pixels is stretched to a square of `picture_size`, without padding; for SAM it keeps its proportions
and fills the square from the top left (`letterbox`). A point scales by side / w and side / h, the filled part's sides,
with no half-pixel shift, as in SAM's published code; masks and logits are resized with half-pixel centres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from masklet.errors import PromptError
from masklet.runtime.protocol import NetworkPrompt, RuntimeSpec, letterboxed
from masklet.values import Box, Mask, Point, Prompt

Logits = NDArray[np.float32]
Size = tuple[int, int]  # height, width

STRIDE = 4  # pixels of the network's square per logit, along each axis
BOX_LABELS = (2, 3)  # top-left and bottom-right corner, among a prompt's labels
SURE = 10.0  # the logit that a user's own word has: a given mask inside, an object that was clicked on


def make_prompt(
    size: Size,
    points: Sequence[Sequence[float]] | NDArray[Any] = (),
    labels: Sequence[int] | NDArray[Any] | None = None,
    box: Sequence[float] | NDArray[Any] | None = None,
    mask: NDArray[Any] | None = None,
) -> Prompt:
    """What was said of an object on a picture of `size` (height, width), checked.

    points: (x, y) in pixels of the picture, from 0 up to and including its width and height. labels: 1 on the object,
    0 outside; all 1 when left out. box: x0, y0, x1, y1; what reaches over the picture's edge is cut off. mask: HxW of
    the picture's size, bool or numbers (above 0 is the object), alone.
    Raises PromptError when any of it cannot be meant, or when nothing is said.
    """
    if mask is not None:
        if len(points) or box is not None or (labels is not None and len(labels)):
            raise PromptError("a mask stands alone: give either the mask, or points and a box")
        return Prompt(mask=_check_mask(mask, size))
    checked = _check_points(points, size)
    prompt = Prompt(checked, _check_labels(labels, len(checked)), None if box is None else _check_box(box, size))
    if not prompt.points and prompt.box is None:
        raise PromptError("nothing is said of the object: give points, a box or a mask")
    return prompt


def names_object(prompt: Prompt) -> bool:
    """Whether the prompt says what the object is, not only what it is not."""
    if prompt.mask is not None:
        return bool(prompt.mask.any())
    return prompt.box is not None or 1 in prompt.labels


def to_network(
    prompt: Prompt, size: Size, spec: RuntimeSpec, previous: Logits | None = None, *, rough_mask: bool = False
) -> NetworkPrompt:
    """The prompt in the network's frame, a box's corners before the points.

    size: (height, width) of the picture. previous: hxw logits of an earlier answer to refine.
    rough_mask: take a mask as a hint to refine, with the box around it, rather than as the answer itself.
    """
    if prompt.mask is not None:
        if not rough_mask:
            return NetworkPrompt(given_mask=given_mask(prompt.mask, spec.picture_size, strict=spec.strict))
        previous = mask_to_logits(prompt.mask, spec.mask_size, letterbox=spec.letterbox)
        prompt = Prompt(box=mask_box(prompt.mask))
    corners: tuple[Point, ...] = ()
    if prompt.box is not None:
        x0, y0, x1, y1 = prompt.box
        corners = ((x0, y0), (x1, y1))
    labels = (*(BOX_LABELS if corners else ()), *prompt.labels)
    return NetworkPrompt(
        points=points_to_network((*corners, *prompt.points), size, spec.picture_size, letterbox=spec.letterbox),
        labels=np.array(labels, np.int64),
        mask_logits=None if previous is None else np.clip(previous, -spec.mask_limit, spec.mask_limit),
    )


def filled_part(size: Size, side: int, letterbox: bool) -> Size:
    """(height, width) of what a picture of `size` fills of the side x side square, from its top left corner on."""
    return letterboxed(size, side) if letterbox else (side, side)


def points_to_network(
    points: Sequence[Point], size: Size, side: int, *, letterbox: bool = False
) -> NDArray[np.float32]:
    """Px2 float32 on the side x side square from (x, y) in pixels of a picture of `size` (height, width)."""
    (height, width), part = size, filled_part(size, side, letterbox)
    scale = np.array([part[1] / width, part[0] / height])
    return (np.array(points, np.float64).reshape(-1, 2) * scale).astype(np.float32)


def given_mask(mask: Mask, side: int, *, strict: bool = False) -> NDArray[np.float32]:
    """A user's HxW mask on the side x side square, 0 or 1; a thin object never vanishes altogether.

    strict: as in SAM 2's published code, by a triangle filter, and a thin object may vanish.
    """
    if strict:
        # Pillow's filter is the one that torch's interpolate has with antialias
        soft = Image.fromarray(mask.astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR)
        return (np.asarray(soft) >= 0.5).astype(np.float32)
    resized = resize_area(mask.astype(np.float32), (side, side))
    inside = resized >= 0.5
    if not inside.any():
        inside = resized > 0
    return inside.astype(np.float32)


def mask_to_logits(mask: Mask, side: int, *, letterbox: bool = False) -> Logits:
    """The logits (side x side, -10 to 10) that a mask would have had as an answer; soft where its edge runs."""
    if letterbox:
        fine = STRIDE * side
        part = letterboxed((mask.shape[0], mask.shape[1]), fine)
        square = np.zeros((fine, fine), np.float32)
        square[: part[0], : part[1]] = resize_area(mask.astype(np.float32), part)
        return (2 * SURE * resize_area(square, (side, side)) - SURE).astype(np.float32)
    return (2 * SURE * resize_area(mask.astype(np.float32), (side, side)) - SURE).astype(np.float32)


def logits_on_square(values: Logits, side: int, *, letterbox: bool = False) -> Logits:
    """HxW logits of a picture on the network's side x side mask square: means, so that thin things stay in part."""
    if not letterbox:
        return resize_area(values, (side, side))
    fine = STRIDE * side
    part = letterboxed((values.shape[0], values.shape[1]), fine)
    square = np.full((fine, fine), -SURE, np.float32)
    square[: part[0], : part[1]] = resize_area(values, part)
    return resize_area(square, (side, side))


def stretched_part(logits: Logits, size: Size, rows: tuple[int, int], columns: tuple[int, int]) -> Logits:
    """hxw logits as `resize_logits` has them at `size`, of the pixels in those rows and columns (last + 1) alone."""
    across = _stretched(logits.T, size[1], *columns)
    return _stretched(np.ascontiguousarray(across.T), size[0], *rows)


def means_of_part(values: Logits, size: Size, rows: tuple[int, int], columns: tuple[int, int], side: int) -> Logits:
    """Values in those rows and columns (last + 1) of a picture of `size` and 0 elsewhere, as means on a side x side
    square: as `logits_on_square` has it where both axes shrink."""
    down = _means(values, size[0], rows[0], side)
    return np.ascontiguousarray(_means(down.T, size[1], columns[0], side).T, np.float32)


# Not by matrix products: for ones so small the threads of NumPy's library cost more than they do, and are in the way of
# the network's.
def _stretched(values: Logits, length: int, first: int, last: int) -> Logits:
    """The places first … last - 1 of the rows brought to `length`."""
    at = np.clip((np.arange(first, last) + 0.5) * len(values) / length - 0.5, 0, len(values) - 1)
    below = np.minimum(at.astype(np.intp), max(len(values) - 2, 0))
    share = (at - below).astype(np.float32)[:, None]
    return (1 - share) * values[below] + share * values[np.minimum(below + 1, len(values) - 1)]


def _means(values: NDArray[Any], length: int, first: int, cells: int) -> NDArray[np.float64]:
    """The means of `length` rows, which the values are from row `first` on, in `cells` equal parts."""
    edges = np.clip(np.arange(cells + 1) * (length / cells) - first, 0, len(values))
    whole = np.minimum(edges.astype(np.intp), len(values) - 1)
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    up_to = sums[whole] + (edges - whole)[:, None] * values[whole]
    return np.diff(up_to, axis=0) * (cells / length)


def resize_area(values: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """HxW values at another size: means where an axis shrinks, linear where it grows."""
    height, width = size
    # In two steps, because OpenCV takes no means at all as soon as one of the axes grows.
    lesser = (min(width, values.shape[1]), min(height, values.shape[0]))
    shrunk = cv2.resize(values, lesser, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def resize_logits(logits: Logits, size: Size, *, letterbox: bool = False) -> Logits:
    """hxw logits at a picture's `size` (height, width), bilinear with half-pixel centres.

    letterbox: in two steps, as in SAM's published code: at the picture's square, then its filled part.
    """
    height, width = size
    if letterbox:
        side = STRIDE * logits.shape[0]
        part = letterboxed(size, side)
        square = np.asarray(cv2.resize(logits, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)
        logits = square[: part[0], : part[1]]
    return np.asarray(cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def logits_to_mask(logits: Logits, size: Size, *, letterbox: bool = False) -> Mask:
    """The HxW mask of a picture of `size` (height, width): where the resized logits are above 0."""
    return resize_logits(logits, size, letterbox=letterbox) > 0


def on_picture(logits: Logits, size: Size, letterbox: bool) -> Logits:
    """The part of logits …,h,w that lies on a picture of `size`; what a letterbox adds is cut off."""
    rows, columns = filled_part(size, STRIDE * logits.shape[-1], letterbox)
    return logits[..., : -(-rows // STRIDE), : -(-columns // STRIDE)]


def mask_box(mask: Mask) -> Box | None:
    """x0, y0, x1, y1 around the mask, x1 and y1 just past it; None when it is empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return None
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _check_points(points: Sequence[Sequence[float]] | NDArray[Any], size: Size) -> tuple[Point, ...]:
    height, width = size
    checked = []
    for point in points:
        try:
            x, y = (float(value) for value in point)
        except (TypeError, ValueError):
            raise PromptError(f"a point is a pair (x, y) of numbers, not {point!r}") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise PromptError(f"point ({x:g}, {y:g}) is not a place: give finite numbers")
        if not (0 <= x <= width and 0 <= y <= height):
            raise PromptError(
                f"point ({x:g}, {y:g}) lies outside the picture: x runs from 0 to {width}, y from 0 to {height}"
            )
        checked.append((x, y))
    return tuple(checked)


def _check_labels(labels: Sequence[int] | NDArray[Any] | None, count: int) -> tuple[int, ...]:
    if labels is None or (len(labels) == 0 and count == 0):
        return (1,) * count
    if len(labels) != count:
        raise PromptError(f"{count} points need {count} labels, not {len(labels)}")
    for label in labels:
        if label not in (0, 1):
            raise PromptError(f"a label is 1 (on the object) or 0 (outside it), not {label!r}")
    return tuple(int(label) for label in labels)


def _check_box(box: Sequence[float] | NDArray[Any], size: Size) -> Box:
    height, width = size
    try:
        x0, y0, x1, y1 = (float(value) for value in box)
    except (TypeError, ValueError):
        raise PromptError(f"a box is four numbers x0, y0, x1, y1, not {box!r}") from None
    text = f"box ({x0:g}, {y0:g}, {x1:g}, {y1:g})"
    if not all(math.isfinite(value) for value in (x0, y0, x1, y1)):
        raise PromptError(f"{text} is not a place: give finite numbers")
    if x0 > x1 or y0 > y1:
        raise PromptError(f"{text} is inverted: give its top-left corner first, then its bottom-right one")
    if x0 == x1 or y0 == y1:
        raise PromptError(f"{text} is empty: it has no width or no height")
    cut = (max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height)))
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise PromptError(f"{text} lies outside the picture: x runs from 0 to {width}, y from 0 to {height}")
    return cut


def _check_mask(mask: NDArray[Any], size: Size) -> Mask:
    array = np.asarray(mask)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise PromptError(f"a mask is one HxW array of bool or numbers, not {array.dtype} of shape {array.shape}")
    if array.shape != size:
        raise PromptError(
            f"the mask is {array.shape[1]}x{array.shape[0]} and the picture {size[1]}x{size[0]} (width x height): "
            "give the mask in the picture's own size"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise PromptError("the mask holds values that are not finite: give bool, or numbers above 0 on the object")
    copy: Mask = np.array(array > 0, order="C")
    copy.flags.writeable = False  # the log and the session keep it
    return copy
