"""What was said on the command line, read into prompts: `420,310@57=dog`, `10,20,80,90=ball`, `mask.png@3=cup`.

Words that agree in name and frame are one prompt: `--point 420,310 --not 300,200` is one object with two
clicks. An object without a name is called "object"; without a frame, frame 0 is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from masklet.errors import PromptError
from masklet.values import Box, Point, Prompt

UNNAMED = "object"

_PLACE = re.compile(r"(?P<what>.*?)(?:@(?P<frame>[^@=]*))?(?:=(?P<name>[^=]*))?$", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """One object's prompt on one frame, as the command line gave it; `with_masks` reads its mask file."""

    name: str
    frame: int
    prompt: Prompt
    mask_file: Path | None = None
    words: tuple[str, ...] = field(default=(), compare=False)  # as they stood on the command line


@dataclass
class _Gathered:
    points: list[Point] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    box: Box | None = None
    mask_file: Path | None = None
    words: list[str] = field(default_factory=list)


def read_prompts(
    points: Sequence[str] = (),
    nots: Sequence[str] = (),
    boxes: Sequence[str] = (),
    masks: Sequence[str] = (),
    *,
    frames: bool = True,
    continued: bool = False,
) -> list[Said]:
    """All prompts of a command line, in order of frame and then of first mention.

    Coordinates are pixels of the picture. frames: whether `@FRAME` is allowed (it is not for a picture).
    continued: whether the objects may be known already from a log, so that clicks beside them suffice.
    Raises PromptError for words that cannot be read or contradict each other.
    """
    gathered: dict[tuple[int, str], _Gathered] = {}

    def place(option: str, text: str) -> tuple[str, _Gathered]:
        what, frame, name = _split(option, text, frames)
        one = gathered.setdefault((frame, name), _Gathered())
        one.words += [option, text]
        return what, one

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
        _refuse_second(one.mask_file, "mask", text)
        one.mask_file = Path(what)

    _refuse_unclear(gathered, continued)
    return [
        Said(name, frame, Prompt(tuple(one.points), tuple(one.labels), one.box), one.mask_file, tuple(one.words))
        for (frame, name), one in sorted(gathered.items(), key=lambda item: item[0][0])
    ]


def with_masks(said: Sequence[Said], size: tuple[int, int]) -> list[Said]:
    """The same with the mask files read; size: the picture's (height, width), which they must have.

    Raises MediaError for a file that is no picture, PromptError for another size or an empty mask.
    """
    from masklet.media.masks_out import read_mask

    return [
        replace(one, prompt=replace(one.prompt, mask=read_mask(one.mask_file, size))) if one.mask_file else one
        for one in said
    ]


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
    if not name.strip() or not name.isprintable():
        raise PromptError(f"{option} {text}: {name!r} cannot name an object; write =NAME with letters and digits")
    return name.strip()


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


def _refuse_unclear(gathered: dict[tuple[int, str], _Gathered], continued: bool) -> None:
    for (frame, name), one in gathered.items():
        if one.mask_file is not None and (one.points or one.box is not None):
            raise PromptError(
                f"{name!r} has a mask and also clicks or a box on frame {frame}; a mask stands alone: "
                "leave one out, or name each object"
            )
        is_first = not continued and frame == min(other for other, same in gathered if same == name)
        if is_first and one.points and one.box is None and 1 not in one.labels:
            where = f", on frame {frame}" if frame else ""
            raise PromptError(f"{name!r} starts with only --not{where}; add a --point on the object")
