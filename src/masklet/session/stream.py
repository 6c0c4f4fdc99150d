"""A stream without a known end: pictures come one by one, memory stays constant for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from masklet.errors import PromptError
from masklet.media.picture import PictureSource, read_picture
from masklet.runtime.protocol import Features, Recollection, Runtime
from masklet.session.answer import Answer, probability
from masklet.session.closer import Closer
from masklet.session.frame_step import Place, answer_prompt, check_name, commit, join_prompts, track_objects
from masklet.session.geometry import make_prompt, names_object
from masklet.session.memory import MemoryBank, MemoryPolicy, Trace, load_policy
from masklet.session.packed import pack_logits, unpack_logits
from masklet.values import Frame, ObjectFrame, Picture, Prompt

MAX_PROMPTED = 8  # prompted frames that one object keeps: its first one and the latest


@dataclass(frozen=True, eq=False)
class _Asked:
    """A prompt before there was a picture."""

    points: Sequence[Sequence[float]] | NDArray[Any]
    labels: Sequence[int] | NDArray[Any] | None
    box: Sequence[float] | NDArray[Any] | None
    mask: NDArray[Any] | None


@dataclass(eq=False)
class _Followed:
    """One object: its memories, and its latest frame: the answer there and what was said there."""

    bank: MemoryBank
    answer: Answer | None = None
    said: Prompt | None = None
    tracked: bool = False  # the latest frame was tracked before anything was said on it


class StreamSession:
    """Objects of a stream, say a camera.

    >>> live.prompt("cup", points=[(50, 60)])
    >>> for picture in camera:
    ...     live.step(picture)["cup"].mask

    Works as a video session that is tracked forward, with the same results; what lies behind cannot be gone back to.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        policy: str | MemoryPolicy = "sam2",
        exclusive: bool = False,
        fine: bool | None = None,
    ) -> None:
        """policy: what objects remember and recall. exclusive: no two objects overlap while tracking. fine: closer
        looks on every picture, or never, as in `VideoSession`."""
        self._runtime, self._closer = runtime, Closer.of(fine, runtime.spec)
        self._policy = load_policy(policy, runtime.spec, max_prompted=MAX_PROMPTED)
        self._exclusive = exclusive
        self._objects: dict[str, _Followed] = {}
        self._asked: list[tuple[str, _Asked]] = []
        self._index = -1
        self._picture: Picture | None = None
        self._features: Features | None = None

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects' names, in the order in which they were first prompted."""
        return tuple(dict.fromkeys([*self._objects, *(name for name, _ in self._asked)]))

    @property
    def index(self) -> int | None:
        """The number of the latest picture, from 0; None before the first."""
        return None if self._index < 0 else self._index

    def prompt(
        self,
        name: str,
        *,
        points: Sequence[Sequence[float]] | NDArray[Any] = (),
        labels: Sequence[int] | NDArray[Any] | None = None,
        box: Sequence[float] | NDArray[Any] | None = None,
        mask: NDArray[Any] | None = None,
    ) -> ObjectFrame | None:
        """Say what object `name` is on the picture stepped last, as `VideoSession.prompt`, and get its mask there.

        Before the first picture it is kept for that one, and None is given; what does not fit is told then.
        Raises PromptError, with nothing changed, when the prompt does not fit.
        """
        check_name(name)
        asked = _Asked(points, labels, box, mask)
        if self._picture is None:
            self._asked.append((name, asked))
            return None
        return self._prompt(name, asked)

    def step(self, picture: PictureSource) -> Frame:
        """Follow all objects into the next picture; it may be of another size, and the masks are then of that size.

        Raises MediaError for what is no picture, and PromptError when a prompt that was kept for the first picture
        does not fit it; that prompt is dropped.
        """
        pixels = read_picture(picture)
        features = self._runtime.see(pixels)
        size = (pixels.shape[0], pixels.shape[1])
        index = self._index + 1
        if self._objects:
            place = Place(index, features, size, 1)
            banks = [one.bank for one in self._objects.values()]
            fixed, closer = () if self._exclusive else None, pixels if self._closer.tracked else None
            found = track_objects(self._runtime, self._policy, place, banks, fixed, closer=closer)
            for one, (answer, trace) in zip(self._objects.values(), found, strict=True):
                commit(one.bank, self._policy, place, trace)
                one.answer, one.said, one.tracked = answer, None, True
        self._index, self._picture, self._features = index, pixels, features
        while self._asked:
            self._prompt(*self._asked.pop(0))
        known = {name: _object_frame(one) for name, one in self._objects.items() if one.answer is not None}
        return Frame(index, known, pixels)

    def result(self, name: str) -> ObjectFrame | None:
        """The object on the latest picture; None before the first. Raises PromptError for an unknown one."""
        self._check_known(name)
        return _object_frame(self._objects[name]) if name in self._objects else None

    def forget(self, name: str) -> None:
        """Drop an object. Raises PromptError for an unknown one."""
        self._check_known(name)
        self._objects.pop(name, None)
        self._asked = [asked for asked in self._asked if asked[0] != name]

    def _check_known(self, name: str) -> None:
        if name not in self.objects:
            raise PromptError(f"there is no object {name!r}; there are: {', '.join(self.objects) or 'none yet'}")

    def _prompt(self, name: str, asked: _Asked) -> ObjectFrame:
        assert self._picture is not None and self._features is not None
        size = (self._picture.shape[0], self._picture.shape[1])
        said = make_prompt(size, asked.points, asked.labels, asked.box, asked.mask)
        one = self._objects.get(name) or _Followed(MemoryBank())
        if one.answer is None and not names_object(said):
            raise PromptError(f"nothing says what {name!r} is: add a click on it (label 1), a box or a mask")
        prompt = join_prompts(one.said, said)
        refined = None
        if said.box is None and said.mask is None and one.answer is not None and (one.answer.logits > 0).any():
            refined = one.answer.logits
            if one.said is None:
                refined = unpack_logits(pack_logits(refined))  # as a video session would have kept them
        known = self._policy.read(one.bank, self._index, 1) if one.tracked else Recollection()
        closer = self._picture if self._closer.prompted else None
        answer, trace = answer_prompt(self._runtime, self._features, size, prompt, known, refined, closer=closer)
        self._take(one, answer, trace)
        one.said = prompt
        self._objects[name] = one
        return _object_frame(one)

    def _take(self, one: _Followed, answer: Answer, trace: Trace) -> None:
        if one.answer is not None:
            one.bank.outdate_around(self._index)
        one.bank.write_prompted(self._index, trace)
        one.bank.trim(self._policy, self._index, 1)
        one.answer = answer


def _object_frame(one: _Followed) -> ObjectFrame:
    assert one.answer is not None
    answer = one.answer
    return ObjectFrame(np.array(answer.mask), answer.score, probability(answer.presence), one.said is not None)
