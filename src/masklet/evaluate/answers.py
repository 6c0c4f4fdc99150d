"""What the protocols ask of a model, and the form in which its masks are scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypedDict, Unpack

from masklet.errors import InputError
from masklet.media.frames import FrameSource
from masklet.media.rle import Rle
from masklet.values import Box, Candidate, Frame, Mask, ObjectFrame, Picture, Point, Prompt

Predicted = Mapping[int, Mapping[int, Rle]]
"""Object number -> frame -> compressed mask of the video's size; where there is none, the object is not seen."""

Given = Literal["mask", "box"] | int
"""What an object is given by: its mask, its box, or a number of clicks."""

Progress = Callable[[int, int], None]
"""Called with how many pictures, frames or sequences are done and how many there are."""


class Said(TypedDict, total=False):
    """What a prompt may say of an object: clicks (labels 1 on it, 0 beside it, all 1 when left out) and a box, or a
    mask of the video's size; coordinates are pixels."""

    points: Sequence[Point]
    labels: Sequence[int] | None
    box: Box | None
    mask: Mask | None


class VideoAnswers(Protocol):
    """An opened video; `masklet.session.video.VideoSession` is one."""

    def prompt(self, name: str, *, frame: int, **said: Unpack[Said]) -> ObjectFrame:
        """The object's mask on that frame; further clicks on the same frame refine it."""
        ...

    def track(self, *, start: int | None = None, both: bool = False) -> Iterator[Frame]:
        """All frames from `start` (by default the first prompted one) to the end, in order; with `both`, backward from
        each object's first prompted frame too. Prompts may come between two frames."""
        ...

    def close(self) -> None:
        """Lets go of the video."""
        ...


class ImageAnswers(Protocol):
    """An opened picture; `masklet.session.image.ImageSession` is one."""

    def segment_many(
        self, prompts: Sequence[Prompt], previous: Sequence[Candidate | None] | None = None
    ) -> Sequence[Sequence[Candidate]]:
        """Candidates per prompt, best first; `previous[i]` is the answer that prompt i refines."""
        ...


class Proposal(Protocol):
    """One mask of all that there is on a picture; `masklet.session.everything.Region` is one."""

    @property
    def rle(self) -> Rle:
        """Compressed, of the picture's size."""
        ...

    @property
    def score(self) -> float:
        """How good the model thinks it is; the best are taken first."""
        ...


class Model(Protocol):
    """A loaded model; `masklet.net.Net` is one."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    def open_video(self, source: FrameSource) -> VideoAnswers:
        """A video to follow objects through."""
        ...

    def open_image(self, source: Picture) -> ImageAnswers:
        """A picture to point at."""
        ...

    def everything(self, source: Picture) -> Sequence[Proposal]:
        """All objects of a picture."""
        ...


def name_of(given: Given) -> str:
    """What an object is given by, in words: "mask", "box", "1 click", "3 clicks"."""
    if isinstance(given, str):
        return given
    return "1 click" if given == 1 else f"{given} clicks"


def check_given(given: Given) -> Given:
    """The same. Raises InputError when it is no known way to give an object."""
    if given in ("mask", "box") or (isinstance(given, int) and not isinstance(given, bool) and given >= 1):
        return given
    raise InputError(f'an object is given by "mask", "box" or a number of clicks from 1 up, not {given!r}')
