"""What was said on the command line, read into prompts: `420,310@57=dog`, `10,20,80,90=ball`, `mask.png@3=cup`.

Words that agree in name and frame are one prompt: `--point 420,310 --not 300,200` is one object with two
clicks. An object without a name is called "object"; without a frame, frame 0 is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from masklet.errors import MediaError, PromptError
from masklet.values import Box, Mask, Point, Prompt

UNNAMED = "object"

_PLACE = re.compile(r"(?P<what>.*?)(?:@(?P<frame>[^@=]*))?(?:=(?P<name>[^=]*))?$", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """One object's prompt on one frame, as the command line gave it."""

    name: str
    frame: int
    prompt: Prompt


@dataclass
class _Gathered:
    points: list[Point] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    box: Box | None = None
    mask: Mask | None = None


def read_prompts(
    points: Sequence[str] = (),
    nots: Sequence[str] = (),
    boxes: Sequence[str] = (),
    masks: Sequence[str] = (),
    *,
    frames: bool = True,
) -> list[Said]:
    """All prompts of a command line, in order of frame and then of first mention.

    Coordinates are pixels of the picture. frames: whether `@FRAME` is allowed (it is not for a picture).
    Raises PromptError for words that cannot be read or contradict each other, MediaError for a mask's file.
    """
    gathered: dict[tuple[int, str], _Gathered] = {}

    def place(option: str, text: str) -> tuple[str, _Gathered]:
        what, frame, name = _split(option, text, frames)
        return what, gathered.setdefault((frame, name), _Gathered())

    for option, label, texts in (("--point", 1, points), ("--not", 0, nots)):
        for text in texts:
            what, one = place(option, text)
            x, y = _numbers(option, text, what, 2)
            one.points.append((x, y))
            one.labels.append(label)
    for text in boxes:
        what, one = place("--box", text)
        _refuse_second(one.box, "box", text)
        x0, y0, x1, y1 = _numbers("--box", text, what, 4)
        one.box = (x0, y0, x1, y1)
    for text in masks:
        what, one = place("--mask", text)
        _refuse_second(one.mask, "mask", text)
        one.mask = read_mask(Path(what))

    _refuse_unclear(gathered)
    return [
        Said(name, frame, Prompt(tuple(one.points), tuple(one.labels), one.box, one.mask))
        for (frame, name), one in sorted(gathered.items(), key=lambda item: item[0][0])
    ]


def read_mask(path: Path) -> Mask:
    """A mask from a picture file: HxW bool, True where a pixel is not 0 (or, with alpha, not transparent).

    Raises MediaError when the file is missing, is no picture, or marks no pixel.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            has_alpha = picture.mode in ("RGBA", "LA")
            values = np.asarray(picture.getchannel("A") if has_alpha else picture)
    except FileNotFoundError:
        raise MediaError(f"{path}: there is no such mask file; give a PNG, white on the object") from None
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as problem:
        raise MediaError(f"{path}: not a mask that can be read ({_one_line(problem)}); give a PNG") from None
    mask = values > 0 if values.ndim == 2 else (values > 0).any(axis=-1)
    if not mask.any():
        raise PromptError(f"{path}: the mask is empty; it has to be other than 0 on the object")
    return mask


def check_mask_sizes(said: Sequence[Said], size: tuple[int, int], where: str) -> None:
    """Raise PromptError when a mask is not of the picture's (height, width); `where` names the picture."""
    for one in said:
        mask = one.prompt.mask
        if mask is not None and mask.shape != size:
            raise PromptError(
                f"the mask of {one.name!r} is {mask.shape[1]}x{mask.shape[0]} pixels, but {where} is "
                f"{size[1]}x{size[0]}; give a mask of the same size"
            )


def _split(option: str, text: str, frames: bool) -> tuple[str, int, str]:
    """`WHAT[@FRAME][=NAME]` into its parts."""
    start = _end_of_file_name(text) if option == "--mask" else 0
    found = _PLACE.match(text, start)
    assert found is not None  # every part is optional
    what, frame, name = text[:start] + found["what"], found["frame"], found["name"]
    if frame is not None and not frames:
        raise PromptError(f"{option} {text}: a picture has no frames; leave out @{frame}")
    if frame is not None and not (frame.isascii() and frame.isdigit()):
        raise PromptError(f"{option} {text}: @{frame} is not a frame; frames are counted 0, 1, 2 …")
    return what, int(frame or 0), UNNAMED if name is None else _checked_name(option, text, name)


def _end_of_file_name(text: str) -> int:
    """How much of `FILE[@FRAME][=NAME]` is the name of a file that exists: it may hold @ and = itself."""
    ends = [place.start() for place in re.finditer("[@=]|$", text)]
    return next((end for end in reversed(ends) if end and Path(text[:end]).is_file()), 0)


def _checked_name(option: str, text: str, name: str) -> str:
    """A name becomes a folder's name, so it must be one on every system."""
    if not name.strip() or name in (".", "..") or name != name.strip() or re.search(r'[\x00-\x1f/\\:*?"<>|]', name):
        raise PromptError(
            f"{option} {text}: {name!r} cannot name an object, as it becomes a folder's name; "
            "take letters, digits, spaces, - and _"
        )
    return name


def _numbers(option: str, text: str, what: str, count: int) -> list[float]:
    form = "X,Y" if count == 2 else "X0,Y0,X1,Y1"
    try:
        numbers = [float(part) for part in what.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise PromptError(f"{option} {text}: {what!r} is not {form}, {count} numbers with commas and no spaces between")
    return numbers


def _refuse_second(earlier: object, kind: str, text: str) -> None:
    if earlier is not None:
        raise PromptError(
            f"--{kind} {text}: a second {kind} for an object of the same name on the same frame; "
            "name each object, as in ...=left and ...=right"
        )


def _refuse_unclear(gathered: dict[tuple[int, str], _Gathered]) -> None:
    for (frame, name), one in gathered.items():
        if one.mask is not None and (one.points or one.box is not None):
            raise PromptError(
                f"{name!r} has a mask and also clicks or a box on frame {frame}; a mask stands alone: "
                "leave one out, or name each object"
            )
        if one.points and one.box is None and 1 not in one.labels:
            raise PromptError(f"{name!r} has only --not on frame {frame}; add a --point on the object")
    spelled: dict[str, str] = {}
    for _, name in gathered:
        first = spelled.setdefault(name.casefold(), name)
        if first != name:
            raise PromptError(f"{first!r} and {name!r} are one folder on some systems; give them different names")


def _one_line(problem: BaseException) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
